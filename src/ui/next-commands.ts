import type { StatsResult } from '../stats/result.js'
import { parsedMs, spanMs } from './times.js'

/** What the user typed, as far as a further command must repeat it. */
export interface TypedCommand {
  readonly sources: readonly string[]
  /** What says how to read: --map, --preset, --config, --type, --filter with their values. The
   * selection of time comes from the result. */
  readonly flags: readonly string[]
  /** It was measured live: there is nothing to be read again. */
  readonly isGone?: boolean
  /** Another engine counted it: findings have no witnesses. */
  readonly isUnread?: boolean
}

/** What lists the events that prove a finding. */
const listing: Readonly<Record<string, string>> = {
  duplicate: 'duplicates/by-id',
  reordered: 'ordering/reordered',
}

const FIVE_MINUTES_MS = 300_000

function hours(result: StatsResult): number {
  const { firstMs, lastMs } = spanMs(result)
  return firstMs === null || lastMs === null ? 0 : (lastMs - firstMs) / 3_600_000
}

/** At most three commands, as words, that look closer at this result and work when pasted. */
export function nextCommands(result: StatsResult, typed: TypedCommand): string[][] {
  // What came through standard input is gone.
  const isGone = typed.isGone || typed.sources.includes('-')
  if (result.total.events === 0 || isGone) return []
  const stats = (...flags: string[]) => ['evt', 'stats', ...flags, ...typed.flags, ...typed.sources]
  const { since, until } = result.selection
  const selection = [...(since ? ['--since', since] : []), ...(until ? ['--until', until] : [])]
  const sources = new Set(result.types.map(({ source }) => source))
  const bySource = result.types.every(({ type }) => type === '*')
  const around = aroundSlowest(result)
  const kinds = typed.isUnread ? result.findings.map(({ kind }) => listing[kind]) : []
  const lists = [...new Set(kinds)].flatMap((name) =>
    name ? [['evt', 'query', name, ...selection, ...typed.flags, ...typed.sources]] : [],
  )
  return [
    ...lists,
    ...(around ? [stats('--window', '1m', ...around)] : []),
    ...(!result.windows && hours(result) > 2 ? [stats('--by', 'hour', ...selection)] : []),
    ...(sources.size > 1 && !bySource ? [stats('--by', 'source', ...selection)] : []),
    stats('--output', 'json', ...selection),
  ].slice(0, 3)
}

/** The ten minutes around the slowest event that a finding names, in whole minutes. */
function aroundSlowest({ findings }: StatsResult): string[] | null {
  const slow = findings.find(({ kind }) => kind === 'latency')?.witnesses[0]
  const ms = parsedMs(slow?.receivedAt)
  if (ms === null) return null
  const minute = Math.floor(ms / 60_000) * 60_000
  const [since, until] = [minute - FIVE_MINUTES_MS, minute + FIVE_MINUTES_MS].map((at) =>
    new Date(at).toISOString().replace(':00.000Z', 'Z'),
  )
  return since && until ? ['--since', since, '--until', until] : null
}
