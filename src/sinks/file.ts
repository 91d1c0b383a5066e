import {
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { manyLines, oneLine } from './one-line.js'
import type { OpenSink, Sent, Sink } from './sink.js'

const NAME_IN_FOLDER = 'events.ndjson'
const MEBIBYTE = 1_048_576
const LF = 0x0a

/** Files of NDJSON; in a folder, `events.ndjson`. */
export const file: Sink = {
  name: 'file',
  writes: 'a file, or a folder, which gets events.ndjson',
  order: 'Lines stand in the order in which they are sent.',
  repeated: 'What was written when a run was killed may stand there once more.',
  cost: 'Nothing but room on the disk.',
  ...{ marks: 'line', callMs: 0.1 },
  iamActions: [],
  async open(address, { cwd = process.cwd() }) {
    const path = await pathOf(address, cwd)
    return opened(address, path)
  },
}

async function pathOf(address: string, cwd: string): Promise<string> {
  const path = resolve(cwd, address)
  const isFolder = /[\\/]$/.test(address) || (await statOf(path))?.isDirectory() === true
  const at = isFolder ? join(path, NAME_IN_FOLDER) : path
  const there = await statOf(at)
  if (there && !there.isFile()) throw refused(address, 'it is no file')
  const above = await statOf(isFolder ? dirname(path) : dirname(at))
  if (!above?.isDirectory()) throw refused(address, 'its folder is not there')
  return at
}

function opened(address: string, path: string): OpenSink<string> {
  let file: number | undefined
  return {
    target: path.endsWith(address) ? address : `${address.replace(/[\\/]$/, '')}/${NAME_IN_FOLDER}`,
    limits: { entries: 1_000, entryBytes: 128 * MEBIBYTE, batchBytes: MEBIBYTE },
    keepsOrder: false,
    ...{ isInTurn: true, path },
    isEmpty: async () => ((await statOf(path))?.size ?? 0) === 0,
    prepare({ body }) {
      const line = oneLine(body)
      if (line === undefined) return { refused: manyLines }
      const message = `${line}\n`
      return { message, sizeBytes: Buffer.byteLength(message) }
    },
    async send(batch) {
      try {
        // Nothing is waited for: of calls that are under way together, none overtakes another.
        if (file === undefined) {
          mkdirSync(dirname(path), { recursive: true })
          file = openLines(path)
        }
        return written(file, batch)
      } catch (cause) {
        throw writeFailure(address, cause)
      }
    },
    sync() {
      try {
        if (file !== undefined) fsyncSync(file)
      } catch (cause) {
        throw writeFailure(address, cause)
      }
    },
    close() {
      if (file !== undefined) closeSync(file)
    },
  }
}

/** For more lines; the beginning of one that a run left when it was killed is cut off. */
function openLines(path: string): number {
  const file = openSync(path, 'a+', 0o600)
  const last = Buffer.alloc(1)
  let { size } = fstatSync(file)
  while (size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== LF) size -= 1
  ftruncateSync(file, size)
  return file
}

/** At once: nothing else comes between the lines of a batch. */
function written(file: number, batch: readonly string[]): Sent[] {
  let at = fstatSync(file).size
  const bytes = Buffer.from(batch.join(''))
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  return batch.map((line) => {
    const messageId = `byte ${at}`
    at += Buffer.byteLength(line)
    return { isSent: true, messageId }
  })
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left',
  EDQUOT: 'no space left in the quota',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'what should be its folder is a file',
}

function writeFailure(address: string, cause: unknown): EvtError {
  const code = codeOf(cause) ?? ''
  const message = `cannot write to ${address}: ${reasons[code] ?? code}`
  return new EvtError(message, { code: 'outside', cause })
}

function refused(address: string, reason: string): EvtError {
  return new EvtError(`cannot write to ${address}: ${reason}`, { code: 'usage' })
}

function statOf(path: string) {
  return stat(path).catch(() => undefined)
}
