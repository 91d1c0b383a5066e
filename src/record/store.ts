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
  /** The name of the last part by byte order; undefined before the first. */
  lastPart(format: Format): Promise<string | undefined>
  part(name: string): Promise<AsyncIterable<Buffer>>
  /** Makes a whole file a part, visible at once and durable when this is done.
   * @param file in the work folder, on the disk already */
  publish(file: string, name: string): Promise<void>
  /** Keeps others from recording here until `close`.
   * @throws EvtError `outside` where somebody does */
  lock(): Promise<void>
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

/** Below what parts lie: other kinds of files have room beside those of Parquet. */
export const foldersOf: Readonly<Record<Format, string>> = { ndjson: '', parquet: 'events/' }
const endings: Readonly<Record<Format, string>> = { ndjson: 'ndjson.gz', parquet: 'parquet' }

/** `2026-11-26T13/000000000042.ndjson.gz`, `events/2026-11-26T13/000000000042.parquet`: the hour
 * and the number of the part. Names grow with the numbers. The hour is when it was recorded and no
 * partition: events may be of any time. */
export function partName(format: Format, hour: string, part: number): string {
  const number = String(part).padStart(12, '0')
  return `${foldersOf[format]}${hour}/${number}.${endings[format]}`
}

const partPattern = /^(?:events\/)?(\d{4}-\d\d-\d\dT\d\d)\/(\d{12})\.(?:ndjson\.gz|parquet)$/

/** What a name of a part says; undefined for any other name. */
export function partOf(name: string): { hour: string; part: number } | undefined {
  const [, hour, part] = partPattern.exec(name) ?? []
  return hour === undefined ? undefined : { hour, part: Number(part) }
}

export const hourName = /^\d{4}-\d\d-\d\dT\d\d$/

/** The hour of a time, but never before that of the last part: clocks go back. */
export function hourOf(ms: number, last: string | undefined): string {
  const hour = new Date(ms).toISOString().slice(0, 13)
  return last !== undefined && last > hour ? last : hour
}
