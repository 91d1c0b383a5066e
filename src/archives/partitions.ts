import { sep } from 'node:path'

/** Half-open, microseconds since the epoch. */
export interface Interval {
  fromUs: number
  untilUs: number
}

/** Firehose names a folder by the arrival of an object's oldest record: the others come later. */
const WIDENED_US = 3_600_000_000

/** Year, month, day, hour, as far as a folder says. */
type Parts = [year?: number, month?: number, day?: number, hour?: number]

const hiveKeys = ['year', 'month', 'day', 'hour'] as const
const dateKeys: readonly string[] = ['date', 'dt', 'day']

/** A part of a recording by evt in Parquet: its folder is of what its mapping told when it was
 * recorded, and another one may find other times in it. */
const recorded = /(?:^|[\\/])events[\\/]date=[^\\/]+[\\/]\d{12}(?:-\d+)?\.parquet$/

/**
 * The time that the folders of a file stand for, or undefined where they name none that is
 * readable. Hive: `year=2026/month=11/day=01/hour=05`, `date=2026-11-01/hour=05`, `dt=20261101`.
 * Date paths: `2026/11/01/05`, `2026-11-01/05`.
 *
 * @param file its whole path, which hive keys are looked for in
 * @param relative its path below the folder that was named, which date paths are looked for in
 */
export function partitionOf(file: string, relative: string): Interval | undefined {
  if (recorded.test(file)) return undefined
  const parts = hiveParts(folders(file)) ?? dateParts(folders(relative))
  return parts && intervalOf(parts)
}

/** Whether what was received, or happened, in the selection may stand in the partition. */
export function overlaps(
  partition: Interval,
  selection: { sinceUs?: number | undefined; untilUs?: number | undefined },
): boolean {
  const { sinceUs = -Infinity, untilUs = Infinity } = selection
  return partition.fromUs - WIDENED_US < untilUs && partition.untilUs + WIDENED_US > sinceUs
}

function folders(path: string): string[] {
  return path.split(sep).slice(0, -1)
}

function hiveParts(names: readonly string[]): Parts | undefined {
  const values = new Map<string, string>()
  for (const name of names) {
    const at = name.indexOf('=')
    if (at > 0) values.set(name.slice(0, at).toLowerCase(), name.slice(at + 1))
  }
  const hour = digits(values.get('hour'), 2)
  for (const key of dateKeys) {
    const date = dateIn(values.get(key) ?? '')
    if (date) return hour === undefined ? date : [...date, hour]
  }
  const parts: number[] = []
  for (const key of hiveKeys) {
    const value = digits(values.get(key), key === 'year' ? 4 : 2)
    if (value === undefined) break
    parts.push(value)
  }
  return parts.length === 0 ? undefined : asParts(parts)
}

/** The first run of folders that is a year and month, or a whole date. */
function dateParts(names: readonly string[]): Parts | undefined {
  for (const [i, name] of names.entries()) {
    const date = dateIn(name)
    const next = names.slice(i + 1, i + 4)
    if (date) return asParts([...date, ...numbers(next.slice(0, 1))])
    if (!/^(19|20|21)\d\d$/.test(name)) continue
    const rest = numbers(next)
    if (rest.length > 0) return asParts([Number(name), ...rest])
  }
  return undefined
}

function dateIn(text: string): [number, number, number] | undefined {
  const match = /^(\d{4})(-?)(\d\d)\2(\d\d)$/.exec(text)
  return match ? [Number(match[1]), Number(match[3]), Number(match[4])] : undefined
}

/** The leading names that are two digits. */
function numbers(names: readonly string[]): number[] {
  const found: number[] = []
  for (const name of names) {
    if (!/^\d\d$/.test(name)) break
    found.push(Number(name))
  }
  return found
}

function digits(text: string | undefined, most: number): number | undefined {
  return text !== undefined && /^\d+$/.test(text) && text.length <= most ? Number(text) : undefined
}

function asParts([year, month, day, hour]: readonly number[]): Parts {
  const parts = [year, month, day, hour].filter((part) => part !== undefined)
  return parts as Parts // a prefix of the tuple, which filter cannot tell
}

function intervalOf([year = 0, month, day, hour]: Parts): Interval | undefined {
  const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1, hour ?? 0)
  const start = new Date(from)
  const isReal =
    year >= 1970 &&
    start.getUTCFullYear() === year &&
    start.getUTCMonth() === (month ?? 1) - 1 &&
    start.getUTCDate() === (day ?? 1)
  if (!isReal) return undefined
  const until =
    hour !== undefined
      ? from + 3_600_000
      : day !== undefined
        ? from + 86_400_000
        : month !== undefined
          ? Date.UTC(year, month, 1)
          : Date.UTC(year + 1, 0, 1)
  return { fromUs: from * 1000, untilUs: until * 1000 }
}
