import { describe, expect, test } from 'vitest'
import { isLong, seed } from '../helpers/campaign.js'
import { campaignOf, type Outcomes } from './campaign.js'
import { type Workload, workloads } from './workloads.js'

const PAIRS = isLong ? 4_000 : 60
/** Hours of the long campaign are no reason to wait in the short one. */
const TIMEOUT_MS = 3_600_000
/** Of a share of one in a hundred, as many as four standard errors. */
const ALLOWED = 0.01 + 4 * Math.sqrt((0.01 * 0.99) / PAIRS)

const percent = (share: number) => `${(share * 100).toFixed(1)}%`

function lineOf({ name, hasBursts }: Workload, { gate, best }: Outcomes): string {
  const cells = [percent(gate.none), percent(gate['+10%']), percent(best['+10%'])]
  const more = [percent(gate['+20%']), percent(best['+20%'])]
  return `| ${[name + (hasBursts ? ', bursts' : ''), ...cells, ...more].join(' | ')} |`
}

describe(`${PAIRS} pairs of runs, seed ${seed}`, () => {
  test.each(workloads.map((workload, n) => ({ ...workload, n })))(
    '$name, bursts $hasBursts: fails on what is slower, not on noise',
    ({ n, ...workload }) => {
      const outcomes = campaignOf(workload, PAIRS, seed + n)
      const { gate, best } = outcomes
      console.log(lineOf(workload, outcomes))
      const slack = 5 * Math.sqrt(0.25 / PAIRS)
      expect(gate.none).toBeLessThanOrEqual(ALLOWED)
      for (const change of ['+10%', '+20%'] as const) {
        expect(gate[change]).toBeGreaterThanOrEqual(0.9 * best[change] - slack)
      }
      if (workload.name === 'lognormal, sigma 0.6' && !workload.hasBursts) {
        expect(gate['+10%']).toBeGreaterThanOrEqual(0.9 - slack)
        expect(gate['+20%']).toBeGreaterThanOrEqual(0.99 - slack)
      }
    },
    TIMEOUT_MS,
  )
})
