import { overlaps, partitionOf } from '../archives/partitions.js'

/** How the keys of an archive are laid out by time, as far as a table can be projected on it. */
export interface Layout {
  /** In words. */
  readonly title: string
  readonly column: string
  /** Of the column's values, as Java writes formats of dates. */
  readonly format: string
  readonly unit: 'HOURS' | 'DAYS'
  /** What stands before the value in a key. */
  readonly prefix: string
  readonly pattern: RegExp
}

const day = '\\d{4}/\\d{2}/\\d{2}'

/** The first that all keys are of counts. */
const layouts: readonly Layout[] = [
  {
    ...{ title: 'hours, as Firehose writes', column: 'datehour', format: 'yyyy/MM/dd/HH' },
    ...{ unit: 'HOURS', prefix: '', pattern: new RegExp(`^(${day}/\\d{2})/`) },
  },
  {
    ...{ title: 'days', column: 'day', format: 'yyyy/MM/dd' },
    ...{ unit: 'DAYS', prefix: '', pattern: new RegExp(`^(${day})/`) },
  },
  ...['dt', 'date', 'day'].map(
    (column): Layout => ({
      ...{ title: `${column}=, as Hive writes`, column, format: 'yyyy-MM-dd' },
      ...{
        unit: 'DAYS',
        prefix: `${column}=`,
        pattern: new RegExp(`^${column}=(\\d{4}-\\d\\d-\\d\\d)/`),
      },
    }),
  ),
]

const DAY_MS = 86_400_000

/** How all of these keys, below the archive's prefix, are laid out; undefined where a table has to
 * read everything: what no projection names, Athena does not see. It ends with tomorrow. */
export function layoutOf(keys: readonly string[], nowMs: number): Layout | undefined {
  const end = new Date(nowMs + DAY_MS).toISOString()
  const found = layouts.find(({ pattern }) => keys.every((key) => pattern.test(key)))
  if (!found) return undefined
  const last = keys
    .map((key) => partitionValue(found, key).replaceAll('/', '-'))
    .sort()
    .at(-1)
  return last === undefined || last > end.slice(0, 13).replace('T', '-') ? undefined : found
}

/** The value of a key's partition. */
export function partitionValue({ pattern }: Layout, key: string): string {
  return pattern.exec(key)?.[1] ?? ''
}

/** The first and the last of the partitions that may hold what is asked for; null where none may.
 * @param values of the partitions that there are */
export function partitionsIn(
  { prefix }: Layout,
  values: readonly string[],
  { sinceUs, untilUs }: { sinceUs: number | null; untilUs: number | null },
): { first: string; last: string } | null {
  const wanted = [...new Set(values)].sort().filter((value) => {
    const file = `${prefix}${value}/x`
    const interval = partitionOf(file, file)
    const range = { sinceUs: sinceUs ?? undefined, untilUs: untilUs ?? undefined }
    return interval === undefined || overlaps(interval, range)
  })
  const [first, last] = [wanted[0], wanted.at(-1)]
  return first === undefined || last === undefined ? null : { first, last }
}
