import { createHash } from 'node:crypto'
import type { OpenSink } from '../sinks/sink.js'
import type { ReplayEntry } from './entry.js'
import type { RefusedEvents, ReplayTypeRow } from './result.js'

const EXAMPLES = 3
const LARGEST_KEYS = 5

/** Counts what is to be sent, as the target would take it. */
export class Tally {
  events = 0
  /** Of bodies; and as the target counts what it takes. */
  bytes = 0
  takenBytes = 0
  repeats = 0
  replays = 0
  unmarked = 0
  injected = 0
  states = 0
  /** Whose bodies lie elsewhere. */
  claims = 0
  untimed = 0
  withoutKey = 0
  /** What the price is for, by entry and by call. */
  entryUnits = 0
  firstUs: number | null = null
  lastUs: number | null = null
  #calls = 0
  #batch = { entries: 0, bytes: 0 }
  readonly #contents = createHash('sha256')
  readonly #keys = new Map<string, number>()
  readonly #types = new Map<string, { -readonly [F in keyof ReplayTypeRow]: ReplayTypeRow[F] }>()
  readonly #refused = new Map<string, { count: number; examples: (string | null)[] }>()

  constructor(private readonly sink: OpenSink) {}

  add(entry: ReplayEntry): void {
    this.#contents.update(`${entry.sendId}\0${entry.key}\0${entry.body}\0`)
    // What rules do not let through is not what is planned, though it is the same text.
    if (entry.fault !== undefined) this.#contents.update(`${entry.fault}\0`)
    if (this.sink.tellsSource) {
      this.#contents.update(JSON.stringify([entry.source, entry.type, entry.timeUs]))
    }
    this.events += 1
    const { fault } = entry
    const prepared = fault === undefined ? this.sink.prepare(entry) : { refused: fault }
    const isLarge = !('refused' in prepared) && prepared.sizeBytes > this.sink.limits.entryBytes
    if ('refused' in prepared) this.#refuse(prepared.refused, entry)
    else if (isLarge) this.#refuse(this.#tooLarge(), entry)
    else {
      this.#take(prepared.sizeBytes)
      this.claims += Number(prepared.isClaim === true)
    }
    this.#count(entry, Buffer.byteLength(entry.body))
  }

  /** Of what is sent, and in which order. */
  contents(): string {
    return this.#contents.copy().digest('hex')
  }

  /** About how many: no call has two of a key where the target keeps their order. */
  get calls(): number {
    const calls = this.#calls + Number(this.#batch.entries > 0)
    return this.sink.keepsOrder ? Math.max(calls, this.mostOfKey) : calls
  }

  get mostOfKey(): number {
    let most = 0
    for (const count of this.#keys.values()) most = Math.max(most, count)
    return most
  }

  get keys() {
    const sorted = [...this.#keys].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    const largest = sorted.slice(0, LARGEST_KEYS).map(([key, events]) => ({ key, events }))
    return { count: this.#keys.size, eventsWithout: this.withoutKey, largest }
  }

  get types(): ReplayTypeRow[] {
    const name = ({ type, source }: ReplayTypeRow) => `${type}\0${source}`
    return [...this.#types.values()].sort(
      (a, b) => b.events - a.events || (name(a) < name(b) ? -1 : 1),
    )
  }

  get refused(): RefusedEvents[] {
    const all = [...this.#refused].map(([reason, found]) => ({ reason, ...found }))
    return all.sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
  }

  #tooLarge(): string {
    const { limits, target } = this.sink
    return `is larger than the ${limits.entryBytes.toLocaleString('en')} bytes that ${target} takes`
  }

  #refuse(reason: string, { id }: ReplayEntry): void {
    const said = reason.replace(/^it /, '')
    const found = this.#refused.get(said) ?? { count: 0, examples: [] }
    found.count += 1
    if (found.examples.length < EXAMPLES) found.examples.push(id)
    this.#refused.set(said, found)
  }

  #take(sizeBytes: number): void {
    const { price, limits } = this.sink
    const batch = this.#batch
    if (batch.entries === limits.entries || batch.bytes + sizeBytes > limits.batchBytes) {
      this.#calls += 1
      this.#batch = { entries: 1, bytes: sizeBytes }
    } else this.#batch = { entries: batch.entries + 1, bytes: batch.bytes + sizeBytes }
    this.takenBytes += sizeBytes
    if (price) this.entryUnits += Math.max(1, Math.ceil(sizeBytes / price.unitBytes))
  }

  #count({ type, source, key, momentUs, ...entry }: ReplayEntry, bodyBytes: number): void {
    this.bytes += bodyBytes
    this.repeats += Number(entry.isRepeat)
    this.replays += Number(entry.wasReplay)
    this.unmarked += Number(!entry.isMarked)
    this.injected += Number(entry.isInjected)
    this.states += Number(entry.isState)
    if (momentUs === null) this.untimed += 1
    else {
      this.firstUs = Math.min(this.firstUs ?? momentUs, momentUs)
      this.lastUs = Math.max(this.lastUs ?? momentUs, momentUs)
    }
    if (key === null) this.withoutKey += 1
    else this.#keys.set(key, (this.#keys.get(key) ?? 0) + 1)
    const name = JSON.stringify([type, source])
    const row = this.#types.get(name) ?? { type, source, events: 0, bytes: 0 }
    row.events += 1
    row.bytes += bodyBytes
    this.#types.set(name, row)
  }
}
