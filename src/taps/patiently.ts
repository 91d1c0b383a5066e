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

/** {@link patiently} for several calls at one time: the source is back when none of them fails. */
export class Patience {
  #failing = 0
  #goneMs = 0

  constructor(
    private readonly source: string,
    private readonly options: Pick<TapOptions, 'signal' | 'onNote'>,
    private readonly mayPass: (error: unknown) => boolean = isTemporary,
  ) {}

  async call<T>(call: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.options
    let waitMs = FIRST_MS
    let isFailing = false
    try {
      while (!signal.aborted) {
        try {
          return await call()
        } catch (error) {
          if (signal.aborted) return undefined
          if (!this.mayPass(error)) throw error
          if (!isFailing) this.#fails(error)
          isFailing = true
          await setTimeout(waitMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(
            () => {},
          )
          waitMs = Math.min(MOST_MS, waitMs * 2)
        }
      }
      return undefined
    } finally {
      if (isFailing) this.#ends()
    }
  }

  #fails(error: unknown): void {
    this.#failing += 1
    if (this.#failing > 1) return
    this.#goneMs = performance.now()
    const { onNote } = this.options
    onNote(`${this.source} does not answer: ${briefly(error)}; evt tries again`)
  }

  #ends(): void {
    this.#failing -= 1
    const { signal, onNote } = this.options
    if (this.#failing > 0 || signal.aborted) return
    const seconds = ((performance.now() - this.#goneMs) / 1_000).toFixed(1)
    onNote(`${this.source} is back after ${seconds} s`)
  }
}
