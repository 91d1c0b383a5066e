import { setTimeout } from 'node:timers/promises'
import { isRefused, isTemporary } from '../aws/failure.js'
import type { Ownership } from '../aws/own-resources.js'

/** So long after evt was last seen to run, what it made is left over. */
const LIFE_MS = 6 * 3_600_000
const RENEWED_EVERY_MS = LIFE_MS / 6
const TRIES = 5
const FIRST_WAIT_MS = 250

/** What one tap made in an account: it is removed last first, however the tap ends. */
export class OwnThings {
  private readonly things: { name: string; remove: () => Promise<void> }[] = []
  private readonly renewals: (() => Promise<void>)[] = []
  private readonly timer: NodeJS.Timeout

  /** @param owner who is told to have made them, as an ARN */
  constructor(
    private readonly owner: string,
    private readonly onNote: (text: string) => void,
  ) {
    this.timer = setInterval(() => void this.renew(), RENEWED_EVERY_MS).unref()
  }

  ownership(): Ownership {
    return { owner: this.owner, expiresMs: Date.now() + LIFE_MS }
  }

  /**
   * Makes something.
   *
   * @param remove is called with what `make` gave, or with nothing where it is not known whether
   *   something was made: the connection was cut, say. It has to take it that nothing is there
   */
  async make<T>(
    name: string,
    { make, remove }: { make: () => Promise<T>; remove: (made: T | undefined) => Promise<void> },
  ): Promise<T> {
    const thing = { name, remove: () => remove(undefined) }
    this.things.push(thing)
    try {
      const made = await make()
      thing.remove = () => remove(made)
      return made
    } catch (error) {
      if (isRefused(error)) this.things.pop()
      throw error
    }
  }

  /** Has the expiry of something put off while evt runs. */
  onRenewal(renew: () => Promise<void>): void {
    this.renewals.push(renew)
  }

  /** Removes all of it. What cannot be removed is told of, and is no reason to leave the rest. */
  async remove(): Promise<void> {
    clearInterval(this.timer)
    for (let thing = this.things.pop(); thing; thing = this.things.pop()) {
      try {
        await persistently(thing.remove)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        this.onNote(`${thing.name} is left over: ${reason}; evt gc --all removes it`)
      }
    }
  }

  /** The next time does for one that fails. */
  private async renew(): Promise<void> {
    await Promise.allSettled(this.renewals.map((renew) => renew()))
  }
}

async function persistently(call: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await call()
      return
    } catch (error) {
      if (tries === TRIES || !isTemporary(error)) throw error
      await setTimeout(FIRST_WAIT_MS * 2 ** (tries - 1))
    }
  }
}
