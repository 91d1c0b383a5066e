import type { Delivery } from './delivery.js'
import type { OrderingFigures } from './figures.js'
import { LatencyHistogram } from './hdr.js'
import type { Meter } from './meter.js'
import { Remembered } from './remembered.js'

/** Reordering (RFC 4737, DESIGN §8): compared with the whole stream, counted in the row of the
 * delivery that came late. p99LateMs is read as a latency is: from an HDR histogram, null below
 * 1,000 samples. A negative lateness counts as none: it is in neither maximum nor percentile. */
export class OrderingMeter implements Meter<Delivery, OrderingFigures> {
  readonly mergeable = 'any'
  private readonly keys = new Remembered()
  private readonly late = new LatencyHistogram()
  private checked = 0
  private reordered = 0
  private maxExtent = 0

  observe({ checked, keyHigh, keyLow, extent, lateUs }: Delivery): void {
    if (!checked) return
    this.checked++
    this.keys.add(keyHigh, keyLow)
    if (extent === 0) return
    this.reordered++
    if (extent > this.maxExtent) this.maxExtent = extent
    if (lateUs !== null) this.late.record(lateUs)
  }

  read(): OrderingFigures {
    const { checked, reordered, maxExtent } = this
    const none = checked === 0
    const late = this.late.figures()
    return {
      keys: this.keys.count,
      checked,
      reordered,
      ratio: none ? null : reordered / checked,
      maxExtent: none ? null : maxExtent,
      maxLateMs: !none && reordered === 0 ? 0 : late.max,
      p99LateMs: late.p99,
    }
  }

  merge(other: OrderingMeter): void {
    this.keys.addAll(other.keys)
    this.late.merge(other.late)
    this.checked += other.checked
    this.reordered += other.reordered
    this.maxExtent = Math.max(this.maxExtent, other.maxExtent)
  }

  /** Forgets which keys have not come since this was called last: they will count again. */
  forget(): void {
    this.keys.forget()
  }

  fresh(): OrderingMeter {
    return new OrderingMeter()
  }
}
