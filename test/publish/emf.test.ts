import { expect, test } from 'vitest'
import { datumsOf } from '../../src/publish/datums.js'
import { emfLines } from '../../src/publish/emf.js'
import { emptyRow } from '../../src/publish/window.js'

const linesWith = (name: string) => {
  const window = { startMs: 0, endMs: 60_000, row: emptyRow, types: [], beside: {} }
  const dimensions = [[name, 'x']] as const
  return emfLines([datumsOf(window, { dimensions, graceUs: 0 })], 'Evt')
}

test('a dimension is a member of each line', () => {
  expect(JSON.parse(linesWith('Stage')[0] ?? '')).toMatchObject({ Stage: 'x', Deliveries: 0 })
})

test.each(['_aws', 'Deliveries'])('a dimension %s would overwrite another member', (name) => {
  expect(() => linesWith(name)).toThrow(
    `--dimension ${name}: the embedded metric format has ${name} for another`,
  )
})
