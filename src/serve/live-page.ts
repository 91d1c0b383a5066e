import type { Served } from './server.js'

/** Readers learn of what came at most so often. */
const PACE_MS = 1_000
/** Drawing takes at most one part in so many of the time. */
const DRAWING_SHARE = 5

/** A page that is drawn anew when something has changed, but never so often that drawing it would
 * keep evt from reading. */
export class LivePage {
  private changes = 0
  private drawnChanges = -1
  private drawnAtMs = Number.NEGATIVE_INFINITY
  private tookMs = 0
  private drawn: Promise<Served> | undefined

  /** @param onFailure told why a drawing failed, each time */
  constructor(
    private readonly draw: () => Promise<Served>,
    private readonly onFailure: (error: unknown) => void = () => {},
  ) {}

  /** Something is not as it was drawn any more. */
  change(): void {
    this.changes += 1
  }

  get isChanged(): boolean {
    return this.drawnChanges !== this.changes
  }

  /** From one drawing to the next. */
  get pauseMs(): number {
    return Math.max(PACE_MS, DRAWING_SHARE * this.tookMs)
  }

  /** As it is, or was a moment ago. */
  read(): Promise<Served> {
    const isFresh = performance.now() - this.drawnAtMs < this.pauseMs
    return this.drawn && (isFresh || !this.isChanged) ? this.drawn : this.renew()
  }

  /** As it is now. */
  renew(): Promise<Served> {
    const beganMs = performance.now()
    this.drawnChanges = this.changes
    this.drawnAtMs = beganMs
    const drawn = this.draw().finally(() => {
      this.tookMs = performance.now() - beganMs
    })
    // What cannot be drawn is tried again.
    drawn.catch((error) => {
      this.onFailure(error)
      if (this.drawn !== drawn) return
      this.drawn = undefined
      this.drawnChanges = -1
    })
    this.drawn = drawn
    return drawn
  }
}
