import { Random } from './random.js'
import type { WorkloadSettings } from './settings.js'

const KEYS_PER_HOT_KEY = 100
const LATELY = 64
const LATELY_SHARE = 0.5
const MOST_FOLLOWERS = 12

/** How many events after one that is to be overtaken the last comes that was meant to do so. */
export const FOLLOWERS_WITHIN = 64

/** Says which key each event has. As in life, a key's events come in bursts, and a few keys may be
 * hot. */
export class Keys {
  private readonly random
  private readonly followers
  private readonly hotKeys: number
  private readonly lately = new Int32Array(LATELY).fill(-1)
  /** Keys that are wanted for the next events, by event; -1 where any will do. */
  private readonly due = new Int32Array(FOLLOWERS_WITHIN).fill(-1)

  constructor(private readonly settings: WorkloadSettings) {
    this.random = new Random(settings.seed, 2)
    this.followers = new Random(settings.seed, 11)
    this.hotKeys = Math.ceil(settings.keys / KEYS_PER_HOT_KEY)
  }

  /** To be called for each event in turn. */
  at(event: number): number {
    const drawn = this.draw()
    this.lately[event % LATELY] = drawn
    const due = this.due[event % FOLLOWERS_WITHIN] ?? -1
    this.due[event % FOLLOWERS_WITHIN] = -1
    return due < 0 ? drawn : due
  }

  /** Lets some of the next events have this key: an event can only be overtaken by others. */
  repeat(key: number, event: number): void {
    const count = this.followers.logBetween(1, MOST_FOLLOWERS)
    for (let i = 0; i < count; i++) {
      const slot = (event + 1 + this.followers.below(FOLLOWERS_WITHIN - 1)) % FOLLOWERS_WITHIN
      if (this.due[slot] === -1) this.due[slot] = key
    }
  }

  private draw(): number {
    const { random, hotKeys } = this
    const { keys, hotShare } = this.settings
    const cold = Math.max(0, keys - hotKeys)
    if (hotShare > 0 && (cold === 0 || random.unit() < hotShare)) return random.below(hotKeys)
    const first = hotShare > 0 ? hotKeys : 0
    const repeated = this.lately[random.below(LATELY)] ?? -1
    if (random.unit() < LATELY_SHARE && repeated >= first) return repeated
    return first + random.below(keys - first)
  }
}
