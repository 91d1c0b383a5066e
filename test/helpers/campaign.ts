/** How often a random test runs: `npm run test:long` runs it ten times as often. */
export function campaign(runs: number): number {
  return process.env['EVT_LONG'] === '1' ? runs * 10 : runs
}
