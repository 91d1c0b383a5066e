import { expect, test } from 'vitest'
import type { StaticAlarm } from '../../dashboards/cloudwatch/graph.js'
import { linesOf } from '../../dashboards/cloudwatch/lines.js'
import { happens, metricsOf } from '../../dashboards/cloudwatch/part.js'

const series = metricsOf('AWS/States', [])('ExecutionsFailed', 'Sum', 'failed')
const labels = (...alarms: StaticAlarm[]) => linesOf({ alarms }).map(({ label }) => label)

test('alarms at one height have one line, which says of each how often', () => {
  expect(
    labels(
      happens('failed', series, '', [3, 5]),
      happens('timedOut', series, '', [1, 1]),
      happens('slow', series, '', [3, 5]),
    ),
  ).toEqual(['alarm failed, slow: in 3 of 5; timedOut: at once'])
})

test('alarms of one name, as of each reader of a stream, are named once', () => {
  const loss = happens('loss', series, '', [5, 5])
  expect(labels(loss, { ...loss, of: 'a' }, { ...loss, of: 'b' })).toEqual([
    'alarm loss: in 5 of 5',
  ])
  expect(labels(loss, { ...loss, threshold: 2 })).toEqual([
    'alarm loss: in 5 of 5',
    'alarm loss: in 5 of 5',
  ])
})
