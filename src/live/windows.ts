import { timeText } from '../event/time.js'
import type { Delivery } from '../meters/delivery.js'
import { RowMeter } from '../meters/row.js'
import type { WindowRow } from '../stats/result.js'

/** Between a third as many and as many windows are kept, of whatever span. */
const MOST_WINDOWS = 120
/** As they grow: round lengths, each a multiple of the one before it. */
const WIDTHS_US = [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1_000_000,
)
const DAY_US = 86_400_000_000

/**
 * Rows of windows all over a run whose length nobody knows before, by `receivedAt`, else `time`.
 * The windows get wider whenever there would be too many of them: a row of a wider one is the rows
 * that it takes in, merged. Windows without deliveries are left out.
 */
export class LiveWindows {
  private windows = new Map<number, RowMeter>()
  private widthUs = WIDTHS_US[0] ?? DAY_US
  private firstUs = Number.POSITIVE_INFINITY
  private lastUs = Number.NEGATIVE_INFINITY

  observe(delivery: Delivery): void {
    const { receivedAtUs, timeUs } = delivery.event
    const us = receivedAtUs ?? timeUs
    if (us === null) return
    this.firstUs = Math.min(this.firstUs, us)
    this.lastUs = Math.max(this.lastUs, us)
    while (this.numberOf(this.lastUs) - this.numberOf(this.firstUs) >= MOST_WINDOWS) this.widen()
    this.windowAt(this.numberOf(us)).observe(delivery)
  }

  /** By start. */
  read(): WindowRow[] {
    return [...this.windows]
      .sort(([a], [b]) => a - b)
      .map(([number, row]) => {
        const startUs = number * this.widthUs
        return { start: timeText(startUs), end: timeText(startUs + this.widthUs), ...row.read() }
      })
  }

  /** See {@link RowMeter.forget}. */
  forget(): void {
    for (const row of this.windows.values()) row.forget()
  }

  private numberOf(us: number): number {
    return Math.floor(us / this.widthUs)
  }

  private windowAt(number: number): RowMeter {
    const known = this.windows.get(number)
    if (known) return known
    const row = new RowMeter()
    this.windows.set(number, row)
    return row
  }

  private widen(): void {
    const [narrow, narrowUs] = [this.windows, this.widthUs]
    this.widthUs = WIDTHS_US.find((us) => us > narrowUs) ?? narrowUs * 2
    this.windows = new Map()
    for (const [number, row] of narrow) {
      const wide = this.numberOf(number * narrowUs)
      const known = this.windows.get(wide)
      if (known) known.merge(row)
      else this.windows.set(wide, row)
    }
  }
}
