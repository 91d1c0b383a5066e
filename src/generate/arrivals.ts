import { type Events, Fault } from './events.js'
import { FOLLOWERS_WITHIN } from './keys.js'
import { Random } from './random.js'
import type { WorkloadSettings } from './settings.js'

const LEAST_LATENCY_US = 1_000
const Z99 = 2.326348 // of the standard normal distribution, 99% is below
const MOST_AHEAD = 12
const LONGEST_WAIT_US = 5e6
const HELD_US = [1e3, 2e6] as const
const SKEWED_US = [1e3, 5e6] as const

/**
 * Says when each event first arrives: after a log-normal latency, and within a key never before an
 * earlier one, unless it was planted as reordered. Then it is held until some later ones of its key
 * have arrived. What was planted and cannot be (no later event of the key) is taken back.
 */
export function letArrive(events: Events, settings: WorkloadSettings): void {
  const queues = new Queues(events, settings)
  const latencyUs = latencyDice(settings)
  for (let i = 0; i < events.count; i++) queues.add(i, latencyUs())
  queues.end()
}

/** Where the arrivals of each key stand. */
class Queues {
  private readonly random
  private readonly gapUs: number
  private readonly waitUs: number
  /** By key, the latest arrival, and the latest that a held event would have had. */
  private readonly latestUs: Float64Array
  private readonly latestHeldUs: Float64Array
  /** The events of a key that are held, as a list: its first, and by event the next; -1 ends it. */
  private readonly firstHeld: Int32Array
  private readonly nextHeld: Int32Array
  /** By held event: how many have overtaken it, and how many are to. */
  private readonly ahead: Uint8Array
  private readonly wanted: Uint8Array

  constructor(
    private readonly events: Events,
    { seed, keys, chains, ratePerSecond }: WorkloadSettings,
  ) {
    this.waitUs = Math.max(LONGEST_WAIT_US, (FOLLOWERS_WITHIN * 1e6) / ratePerSecond)
    this.random = new Random(seed, 5)
    // Two of one key must not fall into one millisecond where no more than that is recorded.
    // Where numbers say which was first, they may.
    this.gapUs = chains.some((chain) => chain.recordsArrival && !chain.place) ? 1_000 : 1
    this.latestUs = new Float64Array(keys).fill(Number.NEGATIVE_INFINITY)
    this.latestHeldUs = new Float64Array(keys).fill(Number.NEGATIVE_INFINITY)
    this.firstHeld = new Int32Array(keys).fill(-1)
    this.nextHeld = new Int32Array(events.count)
    this.ahead = new Uint8Array(events.count)
    this.wanted = new Uint8Array(events.count)
  }

  add(i: number, latencyUs: number): void {
    const { events, latestUs } = this
    if (events.fault[i] === Fault.lost) return
    const key = events.key[i] ?? 0
    const soonestUs = (latestUs[key] ?? 0) + this.gapUs
    const arrivalUs = Math.max((events.timeUs[i] ?? 0) + latencyUs, soonestUs)
    events.arrivalUs[i] = arrivalUs
    if (events.fault[i] === Fault.reordered) {
      this.hold(i, key)
      return
    }
    this.eachHeld(key, (held) => arrivalUs - (events.arrivalUs[held] ?? 0) > this.waitUs)
    latestUs[key] = arrivalUs
    this.eachHeld(key, (held) => {
      const ahead = (this.ahead[held] ?? 0) + 1
      this.ahead[held] = ahead
      return ahead >= (this.wanted[held] ?? 0)
    })
  }

  private hold(i: number, key: number): void {
    const { events, firstHeld, latestHeldUs } = this
    const soonestUs = (latestHeldUs[key] ?? 0) + this.gapUs
    latestHeldUs[key] = Math.max(events.arrivalUs[i] ?? 0, soonestUs)
    events.arrivalUs[i] = latestHeldUs[key] ?? 0
    this.wanted[i] = this.random.logBetween(1, MOST_AHEAD)
    this.nextHeld[i] = firstHeld[key] ?? -1
    firstHeld[key] = i
  }

  end(): void {
    for (let key = 0; key < this.firstHeld.length; key++) this.eachHeld(key, () => true)
  }

  /** Goes through the held events of a key; those that `isReleased` says arrive now, behind the
   * latest. One that nothing has overtaken was not held, then. */
  private eachHeld(key: number, isReleased: (held: number) => boolean): void {
    const { events, firstHeld, nextHeld } = this
    let before = -1
    for (let held = firstHeld[key] ?? -1; held >= 0; held = nextHeld[held] ?? -1) {
      if (!isReleased(held)) {
        before = held
        continue
      }
      if (this.ahead[held] === 0) events.fault[held] = Fault.none
      else {
        const afterUs = Math.max(this.latestUs[key] ?? 0, events.arrivalUs[held] ?? 0)
        events.arrivalUs[held] = afterUs + this.random.logBetween(...HELD_US)
      }
      const next = nextHeld[held] ?? -1
      if (before < 0) firstHeld[key] = next
      else nextHeld[before] = next
    }
  }
}

function latencyDice({ seed, latency }: WorkloadSettings): () => number {
  const random = new Random(seed, 6)
  const { medianUs, p99Us } = latency
  const mu = Math.log(medianUs)
  const sigma = (Math.log(p99Us) - mu) / Z99
  return () => Math.max(LEAST_LATENCY_US, Math.round(Math.exp(mu + sigma * random.normal())))
}

/** Cuts the times off to what the producers' clocks show, and puts skewed ones ahead of arrival. To
 * be called when it is known when messages arrived. */
export function setClocks(
  { count, timeUs, arrivalUs, fault }: Events,
  settings: WorkloadSettings,
): void {
  const random = new Random(settings.seed, 7)
  const { clockUs } = settings
  for (let i = 0; i < count; i++) {
    const isSkewed = fault[i] === Fault.skewed
    const us = isSkewed ? (arrivalUs[i] ?? 0) + random.logBetween(...SKEWED_US) : (timeUs[i] ?? 0)
    timeUs[i] = (isSkewed ? Math.ceil(us / clockUs) : Math.floor(us / clockUs)) * clockUs
  }
}
