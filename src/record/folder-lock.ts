import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { codeOf } from '../archives/read-error.js'
import { type Holder, isGone, ownHolder, parseHolder, taken, takenOver } from './holder.js'

/** A lock that nobody has renewed for so long is nobody's. */
const LEASE_MS = 60_000
const RENEWED_EACH_MS = 10_000
const TRIES = 3

/**
 * A lock file that its holder renews. One that a process left behind which is no more does not
 * count, nor one that was not renewed, by the clock of the file system.
 */
export class FolderLock {
  readonly #holder: Holder = ownHolder()
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly file: string,
    private readonly address: string,
  ) {}

  /** @throws EvtError `outside` where somebody else holds it */
  async take(): Promise<void> {
    const aside = `${this.file}.${this.#holder.token}`
    await writeFile(aside, JSON.stringify(this.#holder), { mode: 0o600 })
    try {
      for (let tries = 0; !(await linked(aside, this.file)); tries++) {
        const found = await holderAt(this.file)
        if (found && (tries >= TRIES || !(await this.#isStale(found, aside)))) {
          throw taken(this.address, found.holder)
        }
        if (found) await this.#remove(found.holder)
      }
    } finally {
      await rm(aside, { force: true })
    }
    this.#timer = setInterval(() => void this.#renew(), RENEWED_EACH_MS).unref()
  }

  /** @throws EvtError `outside` where somebody has taken it over */
  async check(): Promise<void> {
    const found = await holderAt(this.file)
    if (found?.holder.token !== this.#holder.token) throw takenOver(this.address, found?.holder)
  }

  /** @param before what is done while nobody else has it, if nobody has */
  async release(before: () => Promise<void>): Promise<void> {
    clearInterval(this.#timer)
    const found = await holderAt(this.file)
    if (found?.holder.token !== this.#holder.token) return
    await before()
    await rm(this.file, { force: true })
  }

  async #isStale({ holder, renewedMs }: Found, aside: string): Promise<boolean> {
    if (isGone(holder)) return true
    return (await stat(aside)).mtimeMs - renewedMs > LEASE_MS
  }

  /** Of several who find a stale lock one removes it; another one is put back. */
  async #remove(stale: Holder): Promise<void> {
    const aside = `${this.file}.${randomUUID()}`
    try {
      await rename(this.file, aside)
      const found = await holderAt(aside)
      if (found && found.holder.token !== stale.token) await link(aside, this.file)
    } catch (error) {
      // It is gone, or somebody was there first.
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'EEXIST') throw error
    } finally {
      await rm(aside, { force: true })
    }
  }

  async #renew(): Promise<void> {
    const now = new Date()
    // A lock that is gone is found by the next check.
    await utimes(this.file, now, now).catch(() => undefined)
  }
}

interface Found {
  holder: Holder
  renewedMs: number
}

async function holderAt(file: string): Promise<Found | undefined> {
  try {
    const { mtimeMs: renewedMs } = await stat(file)
    const holder = parseHolder(await readFile(file, 'utf8'))
    return { holder: holder ?? { pid: 0, host: hostname(), token: '' }, renewedMs }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function linked(aside: string, file: string): Promise<boolean> {
  try {
    await link(aside, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}
