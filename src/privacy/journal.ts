import { open, readFile, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { z } from 'zod'
import { isRunning } from '../archives/is-running.js'
import { codeOf, readError } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import { diskFailure } from './disk-failure.js'

const notified = z.strictObject({
  ...{ eventId: z.string(), target: z.string(), messageId: z.string(), at: z.string() },
  ...{ sha256: z.string(), to: z.string() },
  identifiers: z.enum(['hashed', 'plain']),
})

/** How far an object has come: its new bytes lie beside it, or are in its place; of an object of S3
 * what was there before is gone (`cleaned`). An older version is `removed`, and so is what events
 * pointed to, unless it is `kept`; of its versions some may be gone (`removing`). Recipients are
 * `notified`: its file is where. */
const step = z.strictObject({
  /** Or an address. */
  file: z.string(),
  state: z.enum(['written', 'replaced', 'cleaned', 'removing', 'removed', 'kept', 'notified']),
  bytes: z.int(),
  sha256: z.string(),
  /** Of what is being put in parts. */
  uploadId: z.string().optional(),
  /** What the object has become. */
  etag: z.string().optional(),
  versionId: z.string().nullable().optional(),
  /** Why it is kept. */
  reason: z.string().optional(),
  notified: notified.optional(),
})
export type Step = z.infer<typeof step>

const holder = z.object({ pid: z.int(), host: z.string() })

/** Longer than it takes to write down who holds a lock. */
const WRITING_MS = 10_000

/** What apply has done of a plan, in a file beside it, line by line; each is on the disk before
 * apply goes on. A line that was being written when evt was killed does not count. */
export class Journal {
  readonly #steps = new Map<string, Step>()

  private constructor(private readonly file: string) {}

  /** @throws EvtError `outside` where another evt applies the same plan */
  static async open(plan: string, does = 'applies this plan'): Promise<Journal> {
    const journal = new Journal(`${plan}.journal`)
    await lock(`${plan}.lock`, does)
    for (const line of await linesOf(journal.file)) {
      const read = stepIn(line)
      if (read) journal.#steps.set(read.file, read)
    }
    return journal
  }

  stepOf(file: string): Step | undefined {
    return this.#steps.get(file)
  }

  /** Whom recipients were told by, one after the other. */
  get told(): NonNullable<Step['notified']>[] {
    return [...this.#steps.values()].flatMap(({ notified }) => notified ?? [])
  }

  async add(done: Step): Promise<void> {
    try {
      const handle = await open(this.file, 'a', 0o600)
      try {
        // What was cut before stays a line of its own.
        await handle.writeFile(`\n${JSON.stringify(done)}\n`)
        await handle.sync()
      } finally {
        await handle.close()
      }
    } catch (error) {
      throw diskFailure(error, this.file, 'the same line goes on from here')
    }
    this.#steps.set(done.file, done)
  }

  async remove(): Promise<void> {
    await rm(this.file, { force: true })
  }
}

export async function unlock(plan: string): Promise<void> {
  await rm(`${plan}.lock`, { force: true })
}

function stepIn(line: string): Step | undefined {
  try {
    return step.parse(JSON.parse(line))
  } catch {
    return undefined
  }
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error) => {
    if (codeOf(error) === 'ENOENT') return ''
    throw readError(file, error)
  })
  return text.split('\n').filter((line) => line !== '')
}

/** What a process left behind that is no more does not count. */
async function lock(file: string, does: string): Promise<void> {
  if (await isMade(file)) return
  // Where it is gone already, whoever held it has just ended.
  const isGone = (await ageOf(file)) === undefined
  const isOurs = isGone ? await isMade(file) : !(await isHeld(file)) && (await isTaken(file))
  if (!isOurs) throw new EvtError(`another evt ${does}: ${file}`, { code: 'outside' })
}

/** Makes the file, with who holds it. */
async function isMade(file: string): Promise<boolean> {
  const text = JSON.stringify({ pid: process.pid, host: hostname() })
  try {
    const handle = await open(file, 'wx', 0o600)
    await handle.writeFile(text).finally(() => handle.close())
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw diskFailure(error, file)
  }
}

/** Takes a lock over that nobody holds. Whoever else does it at the same time finds the file in
 * which this is written, or who holds it now. */
async function isTaken(file: string): Promise<boolean> {
  const aside = `${file}.taking`
  const age = await ageOf(aside)
  if (age !== undefined && age > WRITING_MS) await rm(aside, { force: true })
  if (!(await isMade(aside))) return false
  try {
    const isFree = !(await isHeld(file))
    await (isFree ? rename(aside, file) : rm(aside, { force: true }))
    return isFree
  } catch (error) {
    await rm(aside, { force: true })
    throw diskFailure(error, file)
  }
}

/** Of one that is gone nobody knows who has it next. One that says nothing yet was made just now,
 * by an evt that is about to write in it. */
async function isHeld(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return true
  const other = holderIn(text)
  return other ? isAlive(other) : ((await ageOf(file)) ?? 0) < WRITING_MS
}

/** In milliseconds; undefined where there is none. */
async function ageOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found && Math.abs(Date.now() - found.mtimeMs)
}

function holderIn(text: string): z.infer<typeof holder> | undefined {
  try {
    return holder.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function isAlive({ pid, host }: z.infer<typeof holder>): boolean {
  return host !== hostname() || isRunning(pid)
}
