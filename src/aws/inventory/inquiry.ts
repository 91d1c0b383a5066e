import { EvtError } from '../../errors.js'
import type { JsonObject, JsonValue } from '../../event/event.js'
import type { Caller } from '../caller.js'
import { clientSettings } from '../client-settings.js'
import { awsFailure, failureOfAll, isMissing } from '../failure.js'
import type { AwsOptions } from '../options.js'

/** A resource of an account, in the words of CloudFormation. */
export interface Described {
  readonly type: string
  readonly arn: string
  readonly properties: JsonObject
}

/** A kind of calls that failed, and so is missing from what was described. */
interface Untold {
  readonly service: string
  /** As IAM names it. */
  readonly action: string
  /** What happened the first time. */
  readonly explain: string
  /** How often. */
  readonly count: number
}

/** What a service has. A call that fails leaves out what it would have told, and no more. */
export interface Inventory {
  readonly service: string
  /** Everything that is called, as IAM names it. */
  readonly actions: readonly string[]
  find(inquiry: Inquiry): Promise<Described[]>
}

/** Calls of one service that are under way at once; the SDK slows down where it is throttled. */
const AT_ONCE = 8
const MOST_TRIES = 8

interface Client {
  destroy(): void
}

/** Asks the services of one account and region, and keeps account of what was not told. */
export class Inquiry {
  readonly #untold = new Map<string, Untold>()

  constructor(
    readonly options: AwsOptions & { readonly signal: AbortSignal },
    readonly place: Caller,
  ) {}

  get untold(): Untold[] {
    return [...this.#untold.values()]
  }

  /** Of a client that asks much: it learns from being throttled, and asks less. */
  settings() {
    const { region } = this.place
    const patience = { maxAttempts: MOST_TRIES, retryMode: 'adaptive' }
    return { ...clientSettings({ ...this.options, region }), ...patience }
  }

  /** How a command is sent. */
  get sent() {
    return { abortSignal: this.options.signal }
  }

  arn(service: string, resource: string): string {
    const { partition, region, account } = this.place
    return `arn:${partition}:${service}:${region}:${account}:${resource}`
  }

  async using<C extends Client, T>(client: C, ask: (client: C) => Promise<T>): Promise<T> {
    try {
      return await ask(client)
    } finally {
      client.destroy()
    }
  }

  /**
   * What a call answers; undefined where it fails, which is kept account of, and for what is not
   * there.
   *
   * @throws EvtError where every call would fail, and where the signal aborts
   */
  async ask<T>(action: string, on: string, call: () => Promise<T>): Promise<T | undefined> {
    const { signal } = this.options
    if (signal.aborted) throw new EvtError('interrupted', { code: 'interrupted' })
    try {
      return await call()
    } catch (error) {
      if (isMissing(error)) return undefined
      const region = async () => this.place.region
      const failure = await awsFailure(error, { action, on, region, signal })
      if (!(failure instanceof EvtError) || failure.code !== 'outside' || failureOfAll(error)) {
        throw failure
      }
      this.#note(action, failure.message)
      return undefined
    }
  }

  /** All that the pages of a listing have, up to the one that fails. */
  async all<Page, T>(
    action: string,
    on: string,
    pages: (token: string | undefined) => Promise<Page>,
    of: (page: Page) => { readonly found: readonly T[]; readonly next: string | undefined },
  ): Promise<T[]> {
    const all: T[] = []
    let token: string | undefined
    do {
      const page = await this.ask(action, on, () => pages(token))
      if (page === undefined) return all
      const { found, next } = of(page)
      all.push(...found)
      // Some emulators give the same place again.
      token = next === token || next === '' ? undefined : next
    } while (token !== undefined)
    return all
  }

  /** Asks about each, some at once; the answers in the order of what they are about. */
  async each<T, R>(items: readonly T[], ask: (item: T) => Promise<readonly R[]>): Promise<R[]> {
    const found: (readonly R[])[] = []
    let next = 0
    const worker = async () => {
      for (let at = next++; at < items.length; at = next++) {
        const item = items[at]
        if (item !== undefined) found[at] = await ask(item)
      }
    }
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker))
    return found.flat()
  }

  #note(action: string, explain: string): void {
    const [service = ''] = action.split(':')
    const before = this.#untold.get(action)
    const first = before ?? { service, action, explain, count: 0 }
    this.#untold.set(action, { ...first, count: first.count + 1 })
  }
}

/** What the SDK gives, as JSON: without what is undefined, and dates as texts. */
export function jsonOf(value: object | undefined): JsonObject {
  return JSON.parse(JSON.stringify(value ?? {})) as JsonObject
}

/** The statements of a policy that a service gives as text. */
export function statementsOf(policy: string | undefined): JsonObject[] {
  if (policy === undefined || policy === '') return []
  try {
    const document = JSON.parse(policy) as JsonObject
    const statements: JsonValue = document['Statement'] ?? []
    const list = Array.isArray(statements) ? statements : [statements]
    return list.filter((each) => typeof each === 'object' && each !== null) as JsonObject[]
  } catch {
    return []
  }
}
