import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import * as z from 'zod'
import { codeOf } from '../archives/read-error.js'
import { cacheFolder } from '../config/cache-folder.js'
import { EvtError } from '../errors.js'
import { count } from '../reading/absence.js'
import type { ReplayRequest } from './request.js'
import type { ReplayResult } from './result.js'

const noteShape = z.object({
  plan: z.string(),
  journal: z.string(),
  events: z.number(),
  since: z.string().nullable(),
  until: z.string().nullable(),
  /** When it was begun: what came later was not selected. */
  at: z.string(),
})
type Note = z.infer<typeof noteShape>

/** A line that was typed, and the plan that was begun by it and not carried out to its end. With
 * `--since 1h`, or where an archive grows, the same line selects other events the next time: a plan
 * with a journal of its own, by which all that was sent already would be sent again. */
export class BegunLine {
  readonly #file: string | undefined
  readonly #begunMs: number

  /** @param at which target it is, whatever words named it */
  constructor(
    private readonly request: ReplayRequest,
    at: string,
  ) {
    const { line, cwd, env } = request
    this.#begunMs = request.nowMs()
    const name = createHash('sha256').update(JSON.stringify([line, cwd, at]))
    const file = `${name.digest('hex').slice(0, 32)}.line.json`
    this.#file = line ? join(cacheFolder(env), 'replay', file) : undefined
  }

  /** Who names a journal knows what was sent.
   * @throws EvtError `usage` where another plan was begun by the line, and not ended */
  async check({ plan, events }: ReplayResult): Promise<void> {
    const note = this.request.journal === null ? await this.#note() : undefined
    if (!note || note.plan === plan) return
    const sent = await sentIn(note.journal)
    if (sent === 0 || sent >= note.events) return
    const since = note.since === null ? '' : `--since ${note.since} `
    const rest = `${since}--until ${note.until ?? note.at} --journal ${note.journal}`
    const before = `${sent.toLocaleString('en')} of ${count(note.events, 'event')}`
    const message = `nothing was sent: this line has sent ${before}, and selects others by now`
    throw new EvtError(message, {
      code: 'usage',
      hint:
        `${rest} goes on where that ended; ` +
        `--journal with a new file sends all ${events.toLocaleString('en')}`,
    })
  }

  /** @throws EvtError `outside` where it cannot be noted */
  async begin({ plan, journal, events, selection }: ReplayResult): Promise<void> {
    if (this.#file === undefined || journal === null || this.request.journal !== null) return
    const { since, until } = selection
    const at = new Date(this.#begunMs).toISOString()
    const note: Note = { plan, journal, events, since, until, at }
    try {
      await mkdir(dirname(this.#file), { recursive: true })
      await writeFile(this.#file, JSON.stringify(note), { mode: 0o600 })
    } catch (cause) {
      const message = `cannot write ${this.#file} (${codeOf(cause) ?? cause})`
      throw new EvtError(message, { code: 'outside', cause })
    }
  }

  /** All was sent. */
  async end(): Promise<void> {
    if (this.#file !== undefined) await rm(this.#file, { force: true })
  }

  /** One that says nothing was being written when evt was killed, before anything was sent. */
  async #note(): Promise<Note | undefined> {
    if (this.#file === undefined) return undefined
    try {
      return noteShape.parse(JSON.parse(await readFile(this.#file, 'utf8')))
    } catch {
      return undefined
    }
  }
}

/** How many events a journal says were sent; none where it is gone. */
async function sentIn(journal: string): Promise<number> {
  const sent = new Set<string>()
  try {
    for await (const line of createInterface({ input: createReadStream(journal) })) {
      const [, n, status] = /^\{"n":(\d+),.*?"status":"(\w+)"/.exec(line) ?? []
      if (n !== undefined && status === 'sent') sent.add(n)
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  return sent.size
}
