import type { Decoded, JsonValue } from '../event/event.js'
import type { FromTime } from '../tail/from-time.js'
import type { Batch } from '../taps/tap.js'
import type { SourcePlace, TapVersion } from './last-part.js'

/** What a source gave, where it begins, or how it ended. */
export type Given =
  | { lane: Lane; hasPlace: true }
  | { lane: Lane; batch: Batch }
  | { lane: Lane; isOver: true }
  | { lane: Lane; error: unknown }

interface LaneSource {
  address: string
  key: string
  batches: AsyncGenerator<Batch>
  /** Where the recording left it. */
  before: SourcePlace | undefined
  from: FromTime
  /** Of what says where to go on; undefined where nothing does. */
  by: TapVersion | undefined
  /** Where to go on behind so many of the batch that was given last; undefined where the source
   * cannot. */
  placeBehind(taken: number): JsonValue | undefined
}

/** One source, asked for one batch at a time. */
export class Lane {
  /** How to go on behind what is recorded; undefined for a source that cannot. */
  place: SourcePlace | undefined
  /** So many records come again that are recorded. */
  left: number
  #begun: SourcePlace | undefined
  #give: ((given: Given) => void) | undefined

  constructor(private readonly source: LaneSource) {
    this.place = source.before
    this.left = source.before?.behind ?? 0
  }

  /** As it was named. */
  get address(): string {
    return this.source.address
  }

  /** By which its checkpoint is found again. */
  get key(): string {
    return this.source.key
  }

  /** How to go on behind what is recorded, and who understands that. */
  get toldPlace(): SourcePlace | undefined {
    const { by, from } = this.source
    return this.place && { ...this.place, by, fromUs: from.awaitedUs }
  }

  /** Where the source began in this run, as far as the recording does not say; whatever was taken
   * since may be in no part. */
  get begunPlace(): SourcePlace | undefined {
    return this.#begun && { ...this.#begun, by: this.source.by }
  }

  /** Whether the recording begins with this event, or did before. */
  hasBegun(first: Decoded): boolean {
    return this.source.from.hasBegun(first)
  }

  placeBehind(taken: number): JsonValue | undefined {
    return this.source.placeBehind(taken)
  }

  /** Takes note of where the source begins, which a run that is killed before anything comes has to
   * have kept: the next one begins there. */
  begin(at: JsonValue): void {
    if (this.place !== undefined) return
    this.#begun = { at, behind: 0, fromUs: this.source.from.awaitedUs }
    this.place = { at, behind: 0 }
    this.#give?.({ lane: this, hasPlace: true })
  }

  /** The same of a source that is to begin with the first event of a time, before that is found. */
  await(fromUs: number): void {
    this.#begun = { at: null, behind: 0, fromUs }
  }

  /** Has its next batch given, when it comes. */
  ask(give: (given: Given) => void): void {
    this.#give = give
    this.source.batches.next().then(
      ({ done, value }) => give(done ? { lane: this, isOver: true } : { lane: this, batch: value }),
      (error) => give({ lane: this, error }),
    )
  }

  /** Leaves the source once what was asked for has come.
   * @throws what its end throws */
  async end(): Promise<void> {
    await this.source.batches.return(undefined)
    this.source.from.end()
  }
}
