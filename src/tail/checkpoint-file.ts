import { open, readFile, realpath, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import * as z from 'zod'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'

const SCHEMA = 'evt.checkpoint/1'

const sourceCheckpoint = z.strictObject({
  source: z.string(),
  tap: z.string(),
  version: z.number().int(),
  /** Nothing was wanted before the first event of this time, and there was none so far. */
  fromUs: z.number().nullable(),
  /** Where to go on, as the tap says it; null: nowhere yet. */
  at: z.json(),
})

export type SourceCheckpoint = z.infer<typeof sourceCheckpoint>

const checkpoint = z.strictObject({
  schema: z.literal(SCHEMA),
  sources: z.array(sourceCheckpoint),
})

/** A file that says how far each SOURCE was shown. */
export class CheckpointFile {
  readonly #file: string

  /** @param shown as it was typed */
  constructor(
    private readonly shown: string,
    cwd: string,
  ) {
    this.#file = resolve(cwd, shown)
  }

  /** Undefined where there is none so far.
   * @throws EvtError `usage` for a file that is no checkpoint of this evt, or cannot be read */
  async read(): Promise<SourceCheckpoint[] | undefined> {
    const text = await this.#text()
    if (text === undefined) return undefined
    const json = jsonOf(text)
    const { success, data } = checkpoint.safeParse(json)
    if (success) return data.sources
    throw new EvtError(`${this.shown} ${whyNot(json)}`, {
      code: 'usage',
      hint: 'give another FILE, or delete this one to begin anew',
    })
  }

  async #text(): Promise<string | undefined> {
    try {
      return await readFile(this.#file, 'utf8')
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw this.#failed('read', error)
      // Better known before anything is shown than afterwards.
      const folder = dirname(this.#file)
      await realpath(folder).catch((cause) => {
        throw this.#failed('write', cause)
      })
      return undefined
    }
  }

  /** Writes it whole or not at all: it is on the disk before it takes the place of the one before.
   * @throws EvtError */
  async write(sources: readonly (SourceCheckpoint & { at: JsonValue })[]): Promise<void> {
    const place = await realpath(this.#file).catch(() => this.#file)
    const aside = join(dirname(place), `.${basename(place)}.${process.pid}.tmp`)
    try {
      await written(aside, `${JSON.stringify({ schema: SCHEMA, sources })}\n`)
      await rename(aside, place)
      await synced(dirname(place))
    } catch (error) {
      await rm(aside, { force: true }).catch(() => undefined)
      throw this.#failed('write', error)
    }
  }

  #failed(what: 'read' | 'write', error: unknown): unknown {
    const code = codeOf(error)
    if (!(error instanceof Error) || code === undefined) return error
    const reason = reasons[code]
    const words = reason ?? error.message.replace(/^\w+: |, \w+( '.*')?$/g, '')
    return new EvtError(`cannot ${what} the checkpoint ${this.shown}: ${words}`, {
      code: reason === undefined ? 'outside' : 'usage',
      cause: error,
    })
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such folder',
  ENOTDIR: 'there is no such folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function whyNot(json: unknown): string {
  const schema = typeof json === 'object' && json !== null && Reflect.get(json, 'schema')
  if (typeof schema !== 'string' || !schema.startsWith('evt.checkpoint/')) {
    return 'is no checkpoint of evt tail, or is damaged'
  }
  return schema === SCHEMA ? 'is damaged' : `is of another version of evt (${schema})`
}

async function written(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A file system may not let a folder be synced; then the name comes to the disk when it does. */
async function synced(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
