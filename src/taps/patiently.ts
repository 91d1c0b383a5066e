import { setTimeout } from 'node:timers/promises'
import { briefly, isTemporary } from '../aws/failure.js'
import type { TapOptions } from './tap.js'

const FIRST_MS = 250
const MOST_MS = 10_000

/**
 * Calls a service again, waiting longer each time, while its limits, the connection or the service
 * itself fail; says once that the source is gone, and when it is back. Any other failure is thrown
 * as it is. Undefined when the signal aborts meanwhile.
 *
 * @param call tries of its own are its own affair
 * @param source how it is named in what is said
 */
export async function patiently<T>(
  call: () => Promise<T>,
  source: string,
  options: Pick<TapOptions, 'signal' | 'onNote'>,
): Promise<T | undefined> {
  return new Patience(source, options).call(call)
}

/** {@link patiently} for several calls at one time: the source is back when one that failed
 * succeeds. */
export class Patience {
  #goneMs: number | undefined

  constructor(
    private readonly source: string,
    private readonly options: Pick<TapOptions, 'signal' | 'onNote'>,
    private readonly mayPass: (error: unknown) => boolean = isTemporary,
  ) {}

  async call<T>(call: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.options
    let waitMs = FIRST_MS
    let isFailing = false
    while (!signal.aborted) {
      try {
        const answer = await call()
        if (isFailing) this.#isBack()
        return answer
      } catch (error) {
        if (signal.aborted) return undefined
        if (!this.mayPass(error)) throw error
        if (!isFailing) this.#fails(error)
        isFailing = true
        await setTimeout(waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
        waitMs = Math.min(MOST_MS, waitMs * 2)
      }
    }
    return undefined
  }

  #fails(error: unknown): void {
    if (this.#goneMs !== undefined) return
    this.#goneMs = performance.now()
    const { onNote } = this.options
    onNote(`${this.source} does not answer: ${briefly(error)}; evt tries again`)
  }

  #isBack(): void {
    if (this.#goneMs === undefined) return
    const seconds = ((performance.now() - this.#goneMs) / 1_000).toFixed(1)
    this.#goneMs = undefined
    this.options.onNote(`${this.source} is back after ${seconds} s`)
  }
}
