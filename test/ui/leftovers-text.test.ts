import { expect, test } from 'vitest'
import { EvtError } from '../../src/errors.js'
import { gcRun } from '../../src/leftovers/run.js'
import { foundText } from '../../src/ui/leftovers-text.js'
import { wide } from './results.js'

test('where something could not be looked for, nothing is said to be left over', () => {
  const survey = { where: 'account 1, region eu-west-1', found: [] }
  const text = (gaps: EvtError[]) => foundText(gcRun({ ...survey, gaps }, false), wide)
  const gap = new EvtError('cannot look for queues', { code: 'outside' })
  expect(text([])).toBe('account 1, region eu-west-1: nothing of evt is left over')
  expect(text([gap])).toBe(
    'account 1, region eu-west-1: nothing of evt was found, as far as it could be looked for',
  )
})
