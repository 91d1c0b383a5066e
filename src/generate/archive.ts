import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { ObjectWriter } from './object-writer.js'
import { type ArchivePlan, isText, type PlannedObject } from './plan.js'
import { Random } from './random.js'
import { createRecorder, sampleRecord } from './recorder.js'
import type { ArchiveSettings, TextFormat } from './settings.js'
import { type UndecodableKind, undecodable } from './undecodable.js'
import type { Workload } from './workload.js'

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
  private readonly textOf: (d: number) => string
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
      const part = {
        from: from + Math.floor(((to - from) * member) / members),
        to: from + Math.floor(((to - from) * (member + 1)) / members),
      }
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
    for (let i = part.from; i < part.to; i++) {
      const d = this.plan.order[i] ?? 0
      const record = this.textOf(d)
      if (i > object.from) {
        text += between
        const bad = this.badBefore(object, { d, record, done: i - object.from })
        if (bad) {
          yield Buffer.concat([Buffer.from(text), bad, Buffer.from(between)])
          text = ''
        }
      }
      text += record
      this.written.records++
      if (text.length < CHUNK_CHARACTERS) continue
      yield Buffer.from(text, 'latin1') // records are ASCII
      text = ''
      this.report()
    }
    if (part.to === object.to) text += close
    yield Buffer.from(text, 'latin1')
    this.report()
  }

  private badBefore(
    object: PlannedObject,
    { d, record, done }: { d: number; record: string; done: number },
  ): Buffer | undefined {
    const share = this.settings.undecodableShare
    if (share === 0 || !isText(object.format) || this.random.unit() >= share) return undefined
    const { rows, events, deliveries, settings } = this.workload
    const row = rows[events.row[deliveries.event[d] ?? 0] ?? 0]
    const chain = settings.chains[row?.chain ?? 0]
    if (!chain) return undefined
    const { random, written } = this
    const { kind, bytes } = undecodable(object.format, record, { chain, random })
    this.badInObject++
    written.records++
    written.undecodable++
    if (written.undecodables.length < MOST_WITNESSES) {
      written.undecodables.push({ kind, path: object.path, record: done + this.badInObject })
    }
    return bytes
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
