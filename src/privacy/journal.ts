import { open, readFile, rm } from 'node:fs/promises'
import * as z from 'zod'
import { codeOf, readError } from '../archives/read-error.js'
import { diskFailure } from './disk-failure.js'
import { freeLock, holdLock } from './hold-lock.js'

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

/** What apply has done of a plan, in a file beside it, line by line; each is on the disk before
 * apply goes on. A line that was being written when evt was killed does not count. */
export class Journal {
  readonly #steps = new Map<string, Step>()

  private constructor(private readonly file: string) {}

  /** @throws EvtError `outside` where another evt applies the same plan */
  static async open(plan: string, does = 'applies this plan'): Promise<Journal> {
    const journal = new Journal(`${plan}.journal`)
    await holdLock(`${plan}.lock`, { does })
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

export function unlock(plan: string): Promise<void> {
  return freeLock(`${plan}.lock`)
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
