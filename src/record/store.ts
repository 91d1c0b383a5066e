/** How parts are kept. */
export const formats = ['ndjson', 'parquet'] as const
export type Format = (typeof formats)[number]

/** Where a recording is kept: a folder, or a prefix of a bucket. Each call throws an EvtError
 * `outside` that says what failed. */
export interface Store {
  /** As the user named it. */
  readonly address: string
  /** A folder on this machine where a part grows; nobody reads what lies there. */
  readonly workFolder: string
  /** A small file as it is; undefined where there is none. */
  read(name: string): Promise<Buffer | undefined>
  /** Puts a small file in place at once, in place of another or not. */
  write(name: string, text: string): Promise<void>
  /** Whether there is anything else than evt's own files. */
  hasOthers(): Promise<boolean>
  /** The name of the last part of lines by byte order; undefined before the first. */
  lastPart(): Promise<string | undefined>
  /** The names of all files one folder below this one. */
  filesBelow(folder: string): Promise<string[]>
  /** Takes away what is no whole part. */
  remove(name: string): Promise<void>
  part(name: string): Promise<AsyncIterable<Buffer>>
  /** Where a part is on this machine; not there where it is elsewhere. */
  pathOf?(name: string): string
  /** Makes a whole file a part, visible at once and durable when this is done.
   * @param file in the work folder, on the disk already */
  publish(file: string, name: string): Promise<void>
  /** Keeps others from recording here until `close`.
   * @throws EvtError `outside` where somebody does */
  lock(): Promise<void>
  /** Gives up what a run that was killed had begun to put in place: for what is a recording. */
  giveUp(): Promise<void>
  /** @throws EvtError `outside` where another recorder has taken over */
  checkLock(): Promise<void>
  /** Takes the lock off, and what was left in the work folder. */
  close(): Promise<void>
}

/** evt's own files stand in a folder that no reader of archives looks into. */
export const OWN_FOLDER = '_evt'
export const HEAD = `${OWN_FOLDER}/recording.json`
export const ACKNOWLEDGED = `${OWN_FOLDER}/acknowledged`
/** Where sources began of which no part tells. */
export const BEGUN = `${OWN_FOLDER}/begun`
export const LOCK = `${OWN_FOLDER}/lock`

/** Below this lie parts of Parquet: other kinds of files have room beside it. */
export const EVENTS = 'events/'

/** `2026-11-26T13/000000000042.ndjson.gz`: the hour and the number of the part. Names grow with the
 * numbers. The hour is when it was recorded and no partition: events may be of any time. */
export function partName(hour: string, part: number): string {
  return `${hour}/${numberOf(part)}.ndjson.gz`
}

const partPattern = /^(\d{4}-\d\d-\d\dT\d\d)\/(\d{12})\.ndjson\.gz$/

/** What a name of a part says; undefined for any other name. */
export function partOf(name: string): { hour: string; part: number } | undefined {
  const [, hour, part] = partPattern.exec(name) ?? []
  return hour === undefined ? undefined : { hour, part: Number(part) }
}

/** A part of Parquet, by the names of its files; the last makes it whole. */
export interface DatedPart {
  part: number
  files: string[]
}

/** `events/date=2026-11-26/000000000042.parquet`: the date of arrival of what is in it, and the
 * number of the part. With events of several dates it has other files, which are put in place
 * before: `events/date=2026-11-25/000000000042-1.parquet`, of n 1. */
export function datedName({ part, date, n }: { part: number; date: string; n: number }): string {
  return `${EVENTS}date=${date}/${numberOf(part)}${n === 0 ? '' : `-${n}`}.parquet`
}

const datedPattern = /^events\/date=[^/]+\/(\d{12})(?:-(\d+))?\.parquet$/

/** `events/2026-11-26T13/000000000042.parquet`: where parts lay before they did by date. */
const hourPattern = /^events\/\d{4}-\d\d-\d\dT\d\d\/\d{12}\.parquet$/

export function isOfHour(name: string): boolean {
  return hourPattern.test(name)
}

/** The parts that are whole, by number, and what there is of one that is not. */
export function datedParts(names: readonly string[]): { parts: DatedPart[]; left: string[] } {
  const found = names.flatMap((name) => {
    const [, part, n = '0'] = datedPattern.exec(name) ?? []
    return part === undefined ? [] : [{ part: Number(part), n: Number(n), name }]
  })
  const whole = new Set(found.filter(({ n }) => n === 0).map(({ part }) => part))
  const parts = new Map<number, DatedPart>()
  const left: string[] = []
  for (const { part, name } of found.sort(
    (a, b) => a.part - b.part || orderOf(a.n) - orderOf(b.n),
  )) {
    if (!whole.has(part)) left.push(name)
    else {
      const files = parts.get(part)?.files ?? []
      parts.set(part, { part, files: [...files, name] })
    }
  }
  return { parts: [...parts.values()], left }
}

/** Whether a file of a recording is named so. */
export function isOfPart(name: string): boolean {
  return partOf(name) !== undefined || datedPattern.test(name)
}

function orderOf(n: number): number {
  return n === 0 ? Infinity : n
}

function numberOf(part: number): string {
  return String(part).padStart(12, '0')
}

export const hourName = /^\d{4}-\d\d-\d\dT\d\d$/

/** The hour of a time, but never before that of the last part: clocks go back. */
export function hourOf(ms: number, last: string | undefined): string {
  const hour = new Date(ms).toISOString().slice(0, 13)
  return last !== undefined && last > hour ? last : hour
}
