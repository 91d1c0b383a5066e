import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ObjectWriter } from './object-writer.js'
import { type ArchivePlan, isText, type PlannedObject } from './plan.js'
import { Random } from './random.js'
import { createRecorder, type Recorder, sampleRecord } from './recorder.js'
import type { ArchiveSettings, TextFormat } from './settings.js'
import { badEntry, type UndecodableKind, undecodable } from './undecodable.js'
import { chainOf, type Workload } from './workload.js'
import type { BadEntry } from './wrap.js'

interface PlantedUndecodable {
  readonly kind: UndecodableKind
  readonly path: string
  /** Its number in the object, from 1. */
  readonly record: number
}

export interface WrittenArchive {
  objects: number
  /** As stored. */
  bytes: number
  /** Deliveries and undecodable records. */
  records: number
  undecodable: number
  /** The first few. */
  undecodables: PlantedUndecodable[]
}

export interface WriteState {
  readonly records: number
  readonly objectsDone: number
  readonly bytesDone: number
}

export interface WriteHooks {
  readonly signal: AbortSignal
  readonly onProgress: (state: WriteState) => void
}

/** Deliveries of one record, and how many are written before them in its object. */
interface Place {
  readonly batch: readonly number[]
  readonly done: number
}

const CHUNK_CHARACTERS = 256 * 1024
const GZIP = { level: 4, chunkSize: CHUNK_CHARACTERS }
const MOST_WITNESSES = 5
const frames = {
  ndjson: { open: '', between: '\n', close: '\n' },
  array: { open: '[\n', between: ',\n', close: '\n]\n' },
  concatenated: { open: '', between: '', close: '' },
} satisfies Record<TextFormat, object>

/** Writes the objects of the plan into the folder. Interrupted, it leaves what is there by then. */
export async function writeArchive(
  folder: string,
  {
    workload,
    plan,
    settings,
  }: { workload: Workload; plan: ArchivePlan; settings: ArchiveSettings },
  hooks: WriteHooks,
): Promise<WrittenArchive> {
  const writer = new ArchiveWriter(workload, plan, settings, hooks)
  const writers = await objectWriters(workload, plan, settings)
  try {
    for (const object of plan.objects) {
      const path = join(folder, object.path)
      await mkdir(dirname(path), { recursive: true })
      const converter = writers.get(object.format) ?? writers.get(object.compression)
      const textPath = converter ? `${path}.ndjson` : path
      await writer.writeText(object, textPath)
      if (converter) {
        await converter.write(textPath, path)
        await rm(textPath)
      }
      writer.written.bytes += (await stat(path)).size
      writer.written.objects++
    }
  } finally {
    for (const converter of writers.values()) converter.close()
  }
  return writer.written
}

/** Those that the plan needs, by the format or compression that they make out of text. */
async function objectWriters(
  workload: Workload,
  { objects }: ArchivePlan,
  { compression }: ArchiveSettings,
) {
  const writers = new Map<string, ObjectWriter>()
  if (objects.some(({ format }) => format === 'parquet')) {
    const { createParquetWriter } = await import('./parquet.js')
    writers.set('parquet', await createParquetWriter(sampleRecord(workload)))
  }
  if (objects.some(({ format }) => format === 'avro')) {
    const { createAvroWriter } = await import('./avro.js')
    const codec = compression === 'none' ? 'null' : 'deflate'
    writers.set('avro', createAvroWriter(sampleRecord(workload), codec))
  }
  if (objects.some((object) => object.compression === 'zstd')) {
    const { createZstdWriter } = await import('./zstd.js')
    writers.set('zstd', await createZstdWriter())
  }
  return writers
}

class ArchiveWriter {
  readonly written: WrittenArchive = {
    objects: 0,
    bytes: 0,
    records: 0,
    undecodable: 0,
    undecodables: [],
  }
  private readonly random
  private readonly textOf: Recorder
  private badInObject = 0

  constructor(
    private readonly workload: Workload,
    private readonly plan: ArchivePlan,
    private readonly settings: ArchiveSettings,
    private readonly hooks: WriteHooks,
  ) {
    this.random = new Random(workload.settings.seed, 10)
    this.textOf = createRecorder(workload, settings.eventBytes)
  }

  async writeText(object: PlannedObject, path: string): Promise<void> {
    const { from, to, compression } = object
    const isGzip = compression === 'gzip'
    this.badInObject = 0
    const members = isGzip ? Math.max(1, Math.min(this.settings.members, to - from)) : 1
    for (let member = 0; member < members; member++) {
      const startOf = (n: number) =>
        this.startOfBatch(from + Math.floor(((to - from) * n) / members), to)
      const part = { from: startOf(member), to: startOf(member + 1) }
      const chunks = this.chunks(object, part)
      const file = createWriteStream(path, { flags: member === 0 ? 'w' : 'a' })
      const { signal } = this.hooks
      if (isGzip) await compress(chunks, file, signal)
      else await pipeline(chunks, file, { signal })
    }
  }

  private *chunks(object: PlannedObject, part: { from: number; to: number }): Generator<Buffer> {
    const { open, between, close } = frames[isText(object.format) ? object.format : 'ndjson']
    let text = part.from === object.from ? open : ''
    for (let i = part.from; i < part.to; ) {
      const next = this.startOfBatch(i + 1, part.to)
      const batch = [...this.plan.order.subarray(i, next)]
      const done = i - object.from
      if (i > object.from) {
        text += between
        const bad = this.badBefore(object, { batch, done })
        if (bad) {
          yield Buffer.concat([Buffer.from(text), bad, Buffer.from(between)])
          text = ''
        }
      }
      text += this.textOf(batch, this.badWithin(object, { batch, done }))
      this.written.records += batch.length
      i = next
      if (text.length < CHUNK_CHARACTERS) continue
      yield Buffer.from(text, 'latin1') // records are ASCII
      text = ''
      this.report()
    }
    if (part.to === object.to) text += close
    yield Buffer.from(text, 'latin1')
    this.report()
  }

  /** The first place at or behind this one in the order where a batch begins. */
  private startOfBatch(at: number, end: number): number {
    const { order } = this.plan
    const { batch } = this.workload.deliveries
    let start = at
    while (start < end && batch[order[start] ?? 0] !== order[start]) start++
    return start
  }

  private badBefore(object: PlannedObject, { batch, done }: Place): Buffer | undefined {
    const share = this.settings.undecodableShare
    if (share === 0 || !isText(object.format) || this.random.unit() >= share) return undefined
    const { random } = this
    const chain = chainOf(this.workload, batch[0] ?? 0)
    const { kind, bytes } = undecodable(object.format, this.textOf(batch), { chain, random })
    this.note(kind, object, done)
    return bytes
  }

  /** One of a batch, behind the first. */
  private badWithin(object: PlannedObject, { batch, done }: Place): BadEntry | undefined {
    const share = this.settings.undecodableShare
    if (share === 0 || !isText(object.format)) return undefined
    if (chainOf(this.workload, batch[0] ?? 0).batchLayer < 0) return undefined
    const at = 1 + batch.findIndex(() => this.random.unit() < share)
    if (at === 0) return undefined
    this.note('not an object', object, done + at)
    return badEntry(at, this.random)
  }

  private note(kind: UndecodableKind, { path }: PlannedObject, before: number): void {
    const { written } = this
    this.badInObject++
    written.records++
    written.undecodable++
    if (written.undecodables.length === MOST_WITNESSES) return
    written.undecodables.push({ kind, path, record: before + this.badInObject })
  }

  private report(): void {
    const { records, objects, bytes } = this.written
    this.hooks.onProgress({ records, objectsDone: objects, bytesDone: bytes })
  }
}

/** While zlib's thread compresses one chunk, this one makes the next. */
async function compress(
  chunks: Iterable<Buffer>,
  file: WriteStream,
  signal: AbortSignal,
): Promise<void> {
  const gzip = createGzip(GZIP)
  const feed = async () => {
    let taken = Promise.resolve()
    for (const chunk of chunks) {
      await taken
      taken = new Promise((resolve, reject) => {
        gzip.write(chunk, (error) => (error ? reject(error) : resolve()))
      })
    }
    await taken
    gzip.end()
  }
  await Promise.all([pipeline(gzip, file, { signal }), feed()])
}
