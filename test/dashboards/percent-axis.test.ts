import { scaleLog } from 'd3-scale'
import { expect, test } from 'vitest'
import { percentTicks } from '../../dashboards/html/percent-axis.js'

const LETTER = 6.6

test.each([30, 1_000, 1e5, 1e6, 1e7, 1e9])('of %i latencies, names do not touch', (total) => {
  const ticks = percentTicks(
    total,
    scaleLog()
      .domain([1, total * 1.15])
      .range([0, 1]),
  )
  expect(ticks.at(-1)?.text).toMatch(total < 100 ? '90%' : /^99/)
  for (const [width, shown] of [
    [340, ticks],
    [230, ticks.filter(({ spare }) => !spare)],
  ] as const) {
    for (const [n, { at, text }] of shown.entries()) {
      const next = shown[n + 1]
      if (!next) continue
      const room = (next.at - at) * width
      expect(room).toBeGreaterThan(((text.length + next.text.length) / 2) * LETTER)
    }
    expect(shown.length).toBeGreaterThanOrEqual(2)
  }
})
