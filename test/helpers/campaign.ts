export const isLong = process.env['EVT_LONG'] === '1'

/** How often a random test runs: `npm run test:long` runs it ten times as often. */
export function campaign(runs: number): number {
  return isLong ? runs * 10 : runs
}

/** How often something that takes microseconds is done: ten million times in the long campaign. */
export function executions(short: number): number {
  return isLong ? 10_000_000 : short
}

/**
 * Where chance begins: every run of CI sees the same, so that it fails by what changed; the long
 * campaign begins elsewhere each time.
 */
export const seed = Number(
  process.env['EVT_SEED'] ?? (isLong ? Date.now() % 1_000_000_000 : 20_261_125),
)
