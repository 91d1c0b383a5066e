import type { Decoded, JsonValue } from '../event/event.js'
import type { CheckpointAt } from '../taps/tap.js'

/** How far what a tap gives of one SOURCE has been taken. */
export class Progress {
  #at: CheckpointAt | undefined
  #size = 0
  #taken = 0
  #hasBegun = false

  /**
   * @param before what the tap said in a run before; undefined: nothing
   * @param fromUs before the first event of this time, nothing is shown
   */
  constructor(
    readonly before: JsonValue | undefined,
    readonly fromUs: number | undefined,
  ) {}

  /** For the tap. */
  readonly checkpoint = (batch: readonly Decoded[], at: CheckpointAt): void => {
    this.#at = at
    this.#size = batch.length
    this.#taken = 0
  }

  /** So many of a batch were shown, or not wanted. */
  took(taken: number): void {
    this.#taken = taken
    this.#hasBegun = true
  }

  /** All of a batch were. @param hasBegun whether anything was of `fromUs` or later */
  passed(hasBegun: boolean): void {
    this.#taken = this.#size
    this.#hasBegun ||= hasBegun
  }

  /** Where a later run is to go on. */
  get state(): { at: JsonValue; fromUs: number | null } {
    return {
      at: this.#at ? this.#at(this.#taken) : (this.before ?? null),
      fromUs: this.#hasBegun ? null : (this.fromUs ?? null),
    }
  }
}
