import { setTimeout } from 'node:timers/promises'
import type { ResourceAddress } from '../aws/address.js'
import { liveTail } from '../aws/live-tail.js'
import { EvtError } from '../errors.js'
import type { TapOptions } from './tap.js'

/** Before a live tail that broke off is begun again. */
const AGAIN_MS = 1_000

/**
 * Rouses who waits to look at a log group again, when a live tail hears that something came. What
 * it hears is a sample where much comes, and has no ids: what is shown is what is looked up.
 */
export class LiveTail {
  isOpen = false
  #rouse: (() => void) | undefined
  #isNews = false
  readonly #over: Promise<void>
  readonly #ended = new AbortController()

  constructor(
    private readonly group: ResourceAddress,
    private readonly options: Pick<TapOptions, 'aws' | 'signal' | 'onNote'>,
  ) {
    this.#over = this.#listen()
  }

  /** Waits until something came, for so long, or until the signal aborts. */
  async wait(ms: number): Promise<void> {
    if (this.#isNews) {
      this.#isNews = false
      return
    }
    const waiting = new AbortController()
    const signal = AbortSignal.any([this.options.signal, waiting.signal])
    this.#rouse = () => waiting.abort()
    await setTimeout(ms, undefined, { signal }).catch(() => {})
    this.#rouse = undefined
    this.#isNews = false
  }

  async end(): Promise<void> {
    this.#ended.abort()
    await this.#over
  }

  async #listen(): Promise<void> {
    const signal = AbortSignal.any([this.options.signal, this.#ended.signal])
    while (!signal.aborted) {
      try {
        for await (const heard of liveTail(this.group, { ...this.options.aws, signal })) {
          this.isOpen = true
          if (heard === 'open') continue
          this.#isNews = true
          this.#rouse?.()
        }
      } catch (error) {
        this.isOpen = false
        if (signal.aborted) return
        if (!(error instanceof EvtError)) throw error
        this.options.onNote(`no live tail of ${this.group.name}: ${error.message}; asks by itself`)
        return
      }
      this.isOpen = false
      await setTimeout(AGAIN_MS, undefined, { signal }).catch(() => {})
    }
  }
}
