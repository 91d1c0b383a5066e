import { createGunzip, type Gunzip } from 'node:zlib'
import type { Report } from './object.js'

export interface GunzipOptions {
  report: Report
  chunkBytes: number
  /** The same bytes from the start, to come closer to a corrupt place. */
  again?: () => AsyncIterable<Buffer>
}

/** One run of zlib over the input. */
interface Run {
  readonly input: AsyncIterator<Buffer>
  readonly chunkBytes: number
  /** Waits after each piece of input until its output is out: a failing zlib drops what it
   * holds. */
  readonly patient: boolean
  /** The piece that zlib is reading, and all that it was given. */
  piece: Buffer
  givenBytes: number
  takenBytes: number
  yieldedBytes: number
  error: Error | undefined
  /** Goes on with the input: when no output waits, and when zlib is closed. */
  onDrain: (() => void) | undefined
  onClose: (() => void) | undefined
}

/**
 * Inflates gzip of any number of members, each checked to its trailer. Zero padding after a member
 * is none of the data. What follows a member otherwise and is no member is corrupt.
 */
export async function* gunzip(
  stored: AsyncIterable<Buffer>,
  options: GunzipOptions,
): AsyncGenerator<Buffer> {
  const input = stored[Symbol.asyncIterator]()
  const run = newRun(input, options.chunkBytes, false)
  try {
    yield* inflate(run)
    if (!run.error) return yield* afterPadding(run, options)
    if ('code' in run.error && run.error.code === 'Z_BUF_ERROR') {
      return options.report({ reason: 'cut', detail: 'ends before its gzip data does' })
    }
    if (options.again) yield* beforeDamage(run, options.again)
    options.report({ reason: 'corrupt', detail: `is corrupt gzip: ${run.error.message}` })
  } finally {
    // Not awaited: a pipe that has no more to say would hold up a reader that wants no more.
    input.return?.().catch(() => undefined)
  }
}

function newRun(input: AsyncIterator<Buffer>, chunkBytes: number, patient: boolean): Run {
  const counts = { givenBytes: 0, takenBytes: 0, yieldedBytes: 0 }
  return {
    input,
    chunkBytes,
    patient,
    piece: Buffer.alloc(0),
    ...counts,
    error: undefined,
    onDrain: undefined,
    onClose: undefined,
  }
}

async function* inflate(run: Run): AsyncGenerator<Buffer> {
  const engine = createGunzip({ chunkSize: Math.max(64, run.chunkBytes) })
  engine.once('close', () => run.onClose?.())
  const feeding = feed(engine, run)
  try {
    for await (const chunk of engine) {
      if (engine.readableLength === 0) run.onDrain?.()
      run.yieldedBytes += chunk.length
      yield chunk
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) {
      throw error
    }
    run.error = error
  }
  engine.destroy()
  await feeding
  run.takenBytes = engine.bytesWritten
}

/** Gives zlib one piece at a time, and the end only when all output is out. So a cut stream yields
 * all that it holds, and what zlib left over is in the last piece. */
async function feed(engine: Gunzip, run: Run): Promise<void> {
  try {
    for (let next = await run.input.next(); !next.done; next = await run.input.next()) {
      if (engine.destroyed) return
      run.piece = next.value
      run.givenBytes += next.value.length
      await taken(engine, run, next.value)
      if (engine.destroyed || engine.bytesWritten < run.givenBytes) return
      if (run.patient) await drained(engine, run)
    }
    await drained(engine, run)
    engine.end()
  } catch (error) {
    engine.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

function taken(engine: Gunzip, run: Run, piece: Buffer): Promise<void> {
  return new Promise((resolve) => {
    run.onClose = resolve
    engine.write(piece, () => resolve())
  })
}

function drained(engine: Gunzip, run: Run): Promise<void> {
  if (engine.destroyed || engine.readableLength === 0) return Promise.resolve()
  return new Promise((resolve) => {
    run.onDrain = resolve
    run.onClose = resolve
  })
}

/** zlib stops at a zero byte after a member, and leaves it and all that follows. */
async function* afterPadding(run: Run, options: GunzipOptions): AsyncGenerator<Buffer> {
  const left = run.piece.subarray(run.piece.length - (run.givenBytes - run.takenBytes))
  const rest = withoutZeros(left, run.input)
  const { done, value } = await rest.next()
  if (done) return
  if (value[0] !== 0x1f) {
    return options.report({ reason: 'corrupt', detail: 'is corrupt gzip: data after its end' })
  }
  const { report, chunkBytes } = options
  yield* gunzip(chain(value, rest), { report, chunkBytes })
}

/** The bytes from the first that is not zero on. */
async function* withoutZeros(left: Buffer, input: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  let leading = true
  for (let chunk = left; ; ) {
    const from = leading ? chunk.findIndex((byte) => byte !== 0) : 0
    if (from >= 0 && chunk.length > 0) {
      leading = false
      yield chunk.subarray(from)
    }
    const next = await input.next()
    if (next.done) return
    chunk = next.value
  }
}

async function* chain(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}

/** A call of zlib that fails gives none of its output, up to a chunk of good data. Two more runs,
 * the second byte by byte, find what precedes the damage. */
async function* beforeDamage(
  failed: Run,
  again: () => AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  let { takenBytes, yieldedBytes } = failed
  for (const stepBytes of [512, 1]) {
    const pieces = inSteps(again(), takenBytes, stepBytes)
    const run = newRun(pieces, failed.chunkBytes, true)
    let seenBytes = 0
    for await (const chunk of inflate(run)) {
      const known = Math.min(chunk.length, Math.max(0, yieldedBytes - seenBytes))
      seenBytes += chunk.length
      if (known < chunk.length) yield chunk.subarray(known)
    }
    await pieces.return(undefined)
    takenBytes = run.takenBytes
    yieldedBytes = Math.max(yieldedBytes, seenBytes)
  }
}

/** The bytes as they come up to an offset, from there on in small pieces. */
async function* inSteps(
  chunks: AsyncIterable<Buffer>,
  from: number,
  stepBytes: number,
): AsyncGenerator<Buffer> {
  let offset = 0
  for await (const chunk of chunks) {
    const whole = Math.min(chunk.length, Math.max(0, from - offset))
    if (whole > 0) yield chunk.subarray(0, whole)
    for (let at = whole; at < chunk.length; at += stepBytes) {
      yield chunk.subarray(at, at + stepBytes)
    }
    offset += chunk.length
  }
}
