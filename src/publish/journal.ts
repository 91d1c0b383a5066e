import { appendFile, open, readFile, truncate } from 'node:fs/promises'
import * as z from 'zod'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'

/** What became of a window: nobody knows of one that was begun and did not end. */
export type WindowState = 'begun' | 'done' | 'refused'

const line = z.strictObject({
  window: z.iso.datetime(),
  state: z.enum(['begun', 'done', 'refused']),
})

const LINE_START = '{"window":"'

/** Which windows CloudWatch was told of: a file of one line for each step, which is on disk before
 * the next step. */
export class Journal {
  readonly #states = new Map<number, WindowState>()
  /** So many bytes are whole lines, where what follows them was cut. */
  #wholeBytes: number | undefined

  constructor(readonly file: string) {}

  /** @throws EvtError `usage` for a file that is none of evt's, or cannot be read */
  async read(): Promise<void> {
    this.#states.clear()
    const text = await readFile(this.file, 'utf8').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return ''
      throw this.#failed('read', error)
    })
    // A line that was cut was not acted upon.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1)
    for (const each of whole.split('\n').slice(0, -1)) {
      const parsed = line.safeParse(jsonOf(each))
      if (!parsed.success) throw this.#isNone()
      this.#states.set(Date.parse(parsed.data.window), parsed.data.state)
    }
    const rest = text.slice(whole.length)
    if (rest === '') return
    if (!rest.startsWith(LINE_START) && !LINE_START.startsWith(rest)) throw this.#isNone()
    // It goes before the next line is written.
    this.#wholeBytes = Buffer.byteLength(whole)
  }

  #isNone(): EvtError {
    return new EvtError(`${this.file} is no journal of evt metrics publish`, { code: 'usage' })
  }

  stateOf(startMs: number): WindowState | undefined {
    return this.#states.get(startMs)
  }

  /** Whether this window is to be published, as far as the journal knows. */
  isWanted(startMs: number, resend: boolean): boolean {
    const state = this.stateOf(startMs)
    return state === undefined || state === 'refused' || (state === 'begun' && resend)
  }

  async write(windows: readonly number[], state: WindowState): Promise<void> {
    if (windows.length === 0) return
    const lines = windows.map((startMs) => {
      this.#states.set(startMs, state)
      return `${JSON.stringify({ window: new Date(startMs).toISOString(), state })}\n`
    })
    await this.#append(lines.join(''))
  }

  async #append(text: string): Promise<void> {
    try {
      if (this.#wholeBytes !== undefined) await truncate(this.file, this.#wholeBytes)
      this.#wholeBytes = undefined
      await appendFile(this.file, text, { mode: 0o600 })
      const handle = await open(this.file)
      await handle.sync().finally(() => handle.close())
    } catch (error) {
      throw this.#failed('write', error)
    }
  }

  #failed(what: string, cause: unknown): EvtError {
    const code = String(codeOf(cause) ?? cause)
    return new EvtError(`cannot ${what} the journal ${this.file} (${code})`, {
      ...{ code: 'outside', hint: '--journal FILE names another one', cause },
    })
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
