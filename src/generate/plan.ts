import { Random } from './random.js'
import type { ArchiveSettings, Compression, TextFormat, TypedFormat } from './settings.js'
import type { Workload } from './workload.js'

type ObjectCompression = Exclude<Compression, 'mixed'>

export interface PlannedObject {
  /** Relative, with `/`. Their byte order is the order of the objects. */
  readonly path: string
  readonly format: TextFormat | TypedFormat
  readonly compression: ObjectCompression
  /** The lines `order[from]` up to, but without, `order[to]`. */
  readonly from: number
  readonly to: number
}

export interface ArchivePlan {
  readonly objects: readonly PlannedObject[]
  /** Deliveries in the order they are written. */
  readonly order: Uint32Array
}

const HOUR_US = 3.6e9
const RECORDS_PER_OBJECT = 250_000
const LEAST_MIXED_OBJECTS = 8
const textFormats: readonly TextFormat[] = ['ndjson', 'array', 'concatenated']
const extensions = {
  ndjson: 'ndjson',
  array: 'json',
  concatenated: 'json',
  parquet: 'parquet',
  avro: 'avro',
}
const suffixes = { none: '', gzip: '.gz', zstd: '.zst' }

/** Which delivery lies in which object. Objects are filled in order of arrival, by hour where the
 * layout is, and then a share of the records is moved to the next object. */
export function planArchive(workload: Workload, settings: ArchiveSettings): ArchivePlan {
  const ends = wholeBatches(objectEnds(workload.deliveries.arrivalUs, settings), workload)
  const hours = ends.map((end) => hourOf(workload.deliveries.arrivalUs[end - 1] ?? 0))
  const objectOf = shuffled(workload, { ends, hours, settings })
  const starts = new Uint32Array(ends.length + 1)
  for (const object of objectOf) starts[object + 1] = (starts[object + 1] ?? 0) + 1
  for (let i = 1; i < starts.length; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0)
  const kinds = objectKinds(settings, workload.settings.chains.length > 1)
  const digits = Math.max(4, String(ends.length).length)
  const objects = ends.map((_, i): PlannedObject => {
    const { format, compression } = kinds(i)
    const folder = folderOf(settings, hours[i] ?? 0)
    const name = `part-${String(i).padStart(digits, '0')}.${extensions[format]}`
    const path = `${folder}${name}${suffixes[compression]}`
    return { path, format, compression, from: starts[i] ?? 0, to: starts[i + 1] ?? 0 }
  })
  const order = new Uint32Array(objectOf.length)
  const next = starts.slice()
  objectOf.forEach((object, d) => {
    const place = next[object] ?? 0
    order[place] = d
    next[object] = place + 1
  })
  return { objects, order }
}

/** The indexes, in order of arrival, before which an object ends. */
function objectEnds(arrivalUs: Float64Array, { files, layout, format }: ArchiveSettings): number[] {
  const count = arrivalUs.length
  const usual = Math.ceil(count / RECORDS_PER_OBJECT)
  const wanted = files ?? (format === 'mixed' ? Math.max(usual, LEAST_MIXED_OBJECTS) : usual)
  const perObject = Math.ceil(count / wanted)
  const ends: number[] = []
  let from = 0
  const close = (to: number, parts: number) => {
    const size = to - from
    const start = from
    const least = Math.min(parts, size)
    for (let i = 1; i <= least; i++) ends.push(start + Math.round((size * i) / least))
    from = to
  }
  if (layout === 'flat') {
    close(count, wanted)
    return ends
  }
  for (let d = 1; d <= count; d++) {
    if (d < count && hourOf(arrivalUs[d] ?? 0) === hourOf(arrivalUs[d - 1] ?? 0)) continue
    close(d, Math.max(1, Math.round((d - from) / perObject)))
  }
  return ends
}

/** Batches are in one object: those that the end of an object would divide belong to it. */
function wholeBatches(ends: readonly number[], { deliveries }: Workload): number[] {
  const { batch, count } = deliveries
  const whole = ends.map((end) => {
    let after = end
    while (after < count && batch[after] !== after) after++
    return after
  })
  return [...new Set(whole)]
}

interface Split {
  ends: readonly number[]
  hours: readonly number[]
  settings: ArchiveSettings
}

/** The object of each delivery, the same for all of a batch. A move never crosses an hour that has
 * no objects, and never puts a redelivery before what it repeats. */
function shuffled({ settings, events, deliveries }: Workload, split: Split): Uint32Array {
  const { ends, hours } = split
  const random = new Random(settings.seed, 9)
  const objectOf = new Uint32Array(deliveries.count)
  let object = 0
  for (let d = 0; d < deliveries.count; d++) {
    if (d >= (ends[object] ?? 0)) object++
    const first = deliveries.batch[d] ?? d
    if (first !== d) {
      objectOf[d] = objectOf[first] ?? 0
      continue
    }
    let isAlone = true
    for (let of = d; deliveries.batch[of] === d; of++) {
      isAlone &&= events.fault[deliveries.event[of] ?? 0] === 0
    }
    const isMoved = random.unit() < split.settings.shuffledShare && isAlone
    const hour = hours[object] ?? 0
    const isNear = (hours[object + 1] ?? Number.POSITIVE_INFINITY) - hour <= 1
    const canMove = split.settings.layout === 'flat' ? object + 1 < ends.length : isNear
    objectOf[d] = object + (isMoved && canMove ? 1 : 0)
  }
  return objectOf
}

function objectKinds({ format, compression }: ArchiveSettings, manyEnvelopes: boolean) {
  const formats: readonly PlannedObject['format'][] =
    format !== 'mixed' ? [format] : manyEnvelopes ? textFormats : [...textFormats, 'parquet']
  return (i: number): Pick<PlannedObject, 'format' | 'compression'> => {
    const chosen = formats[i % formats.length] ?? 'ndjson'
    // Shifted by each round, so that every format is there with and without.
    const isOdd = (i + Math.floor(i / formats.length) * (1 - (formats.length % 2))) % 2 === 1
    const mixed = isOdd ? 'none' : 'gzip'
    const packed = compression === 'mixed' ? mixed : compression
    return { format: chosen, compression: isText(chosen) ? packed : 'none' }
  }
}

/** What is no text packs its own content. */
export function isText(format: PlannedObject['format']): format is TextFormat {
  return format !== 'parquet' && format !== 'avro'
}

function folderOf({ layout }: Pick<ArchiveSettings, 'layout'>, hour: number): string {
  if (layout === 'flat') return ''
  const [date = '', time = ''] = new Date((hour * HOUR_US) / 1000).toISOString().split('T')
  const [year, month, day] = date.split('-')
  const hourText = time.slice(0, 2)
  return layout === 'date'
    ? `${year}/${month}/${day}/${hourText}/`
    : `year=${year}/month=${month}/day=${day}/hour=${hourText}/`
}

function hourOf(us: number): number {
  return Math.floor(us / HOUR_US)
}
