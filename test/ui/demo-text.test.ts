import { describe, expect, test } from 'vitest'
import { demoText, type PlantedFault } from '../../src/ui/demo-text.js'
import { expectGolden } from './golden.js'
import { narrow } from './results.js'

const faults: PlantedFault[] = [
  { what: 'events', planted: 20_000, found: 20_000 },
  { what: 'delivered twice', planted: 60, found: 60, witness: 'o-17  part-0002.ndjson.gz:311' },
  { what: 'arrived out of order', planted: 100, found: 100, witness: 'o-88  seq 41 after 44' },
  { what: 'clock ahead of arrival', planted: 12, found: 12 },
  { what: 'undecodable records', planted: 5, found: 5 },
  { what: 'slowest event', planted: '5.0 s', found: '5.0 s' },
]
const next = [
  ['evt', 'stats', '--by', 'hour', '/tmp/evt demo/'],
  ['evt', 'stats', '-o', 'json', '/tmp/evt demo/'],
  ['evt', 'generate', '--help'],
]

describe('evt demo', () => {
  test('all found', () => expectGolden('demo/found.txt', demoText(faults, next, narrow)))

  test('one missed', () => {
    const missed = faults.map((fault) => (fault.planted === 100 ? { ...fault, found: 99 } : fault))
    expectGolden('demo/missed.txt', demoText(missed, next, narrow))
    expectGolden('demo/missed-ascii.txt', demoText(missed, next, { ...narrow, unicode: false }))
    expectGolden('demo/missed-color.txt', demoText(missed, next, { ...narrow, color: true }))
  })

  test('what it says of an unclaimed figure', () =>
    expect(demoText([{ what: 'p99', planted: null, found: null }], [], narrow)).toContain('–'))
})
