import { expect, test } from 'vitest'
import { sourcesOf } from '../../src/config/sources.js'
import { usageError } from '../event/usage-error.js'

const config = {
  file: 'project/evt.yaml',
  default: 'prod:',
  archives: { prod: 's3://acme-events/archive/', local: 'archive/', root: '/var/events' },
}

test.each([
  [
    ['a.ndjson', 'local:'],
    ['a.ndjson', 'project/archive/'],
  ],
  [
    ['root:', '-'],
    ['/var/events', '-'],
  ],
  [
    ['s3://x/y', 'sqs://q', 'C:', 'archive/prod:'],
    ['s3://x/y', 'sqs://q', 'C:', 'archive/prod:'],
  ],
  [[], ['s3://acme-events/archive/']],
])('%j are %j', (given, sources) => {
  expect(sourcesOf(given, config)).toEqual(sources)
})

test('a default path starts at the folder of the file, as the archives do', () => {
  expect(sourcesOf([], { file: 'project/evt.yaml', default: 'archive' })).toEqual([
    'project/archive',
  ])
  expect(sourcesOf([], { file: 'evt.yaml', default: './archive/' })).toEqual(['archive/'])
})

test('without a configuration nobody named one', () => {
  expect(sourcesOf([], {})).toEqual([])
})

test.each([
  ['pro:', config, 'pro: is no alias', 'did you mean prod:?'],
  ['xyzzy:', config, 'xyzzy: is no alias', 'archives: of evt.yaml names prod, local, root'],
  ['prod:', {}, 'prod: is no alias', 'archives: of evt.yaml names none'],
])('%s is refused', (source, given, message, hint) => {
  expect(usageError(() => sourcesOf([source], given))).toEqual({ message, hint })
})
