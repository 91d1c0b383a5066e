const blocks = '▁▂▃▄▅▆▇█'

/** One column a count: nothing is blank, the greatest is a full block, little is never nothing. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(0, ...counts)
  return counts
    .map((count) => (count > 0 ? (blocks[Math.ceil((count / most) * 8) - 1] ?? '▁') : ' '))
    .join('')
}

/** Events over time: `counts[i]` from `startUs + i * stepUs` on, for `stepUs`. */
export interface Timeline {
  readonly startUs: number
  readonly stepUs: number
  readonly counts: readonly number[]
}

const SECOND_US = 1_000_000
const niceSteps = [1, 2, 5, 10, 15, 30]
const calendarStepsUs = [
  ...niceSteps.map((n) => n * SECOND_US),
  ...niceSteps.map((n) => n * 60 * SECOND_US),
  ...[1, 2, 3, 6, 12].map((n) => n * 3_600 * SECOND_US),
  ...[1, 2, 7, 14, 28, 91, 364, 3_640, 36_400].map((n) => n * 86_400 * SECOND_US),
]

/** The same timeline in about `columns` steps at most, of a length that people count in. */
export function condensed(timeline: Timeline, columns: number): Timeline {
  const { startUs, stepUs, counts } = timeline
  const spanUs = counts.length * stepUs
  const fits = (us: number) => Math.floor(spanUs / us) + 1 < columns && us % stepUs === 0
  const nextUs = calendarStepsUs.find(fits) ?? Math.ceil(counts.length / columns) * stepUs
  if (counts.length <= columns) return timeline
  const firstUs = Math.floor(startUs / nextUs) * nextUs
  const groups: number[] = []
  counts.forEach((count, i) => {
    const group = Math.floor((startUs + i * stepUs - firstUs) / nextUs)
    while (groups.length <= group) groups.push(0)
    groups[group] = (groups[group] ?? 0) + count
  })
  return { startUs: firstUs, stepUs: nextUs, counts: groups }
}

/** `hour`, `30 min`, `day`: what one column of a timeline stands for. */
export function stepText(stepUs: number): string {
  const units: [string, string, number][] = [
    ['day', 'days', 86_400],
    ['hour', 'hours', 3_600],
    ['minute', 'min', 60],
    ['second', 's', 1],
  ]
  for (const [one, many, seconds] of units) {
    const n = stepUs / (seconds * SECOND_US)
    if (n >= 1 && Number.isInteger(n)) return n === 1 ? one : `${n} ${many}`
  }
  return `${stepUs / 1_000} ms`
}
