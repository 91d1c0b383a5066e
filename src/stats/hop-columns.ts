import type { HopTimes } from '../event/event.js'

/** When deliveries passed the points of their way, in µs, by delivery; NaN where nobody said. */
export class HopColumns {
  producedUs: Float64Array
  acceptedUs: Float64Array
  firstReceivedUs: Float64Array
  recordedUs: Float64Array

  constructor(capacity: number) {
    this.producedUs = new Float64Array(capacity)
    this.acceptedUs = new Float64Array(capacity)
    this.firstReceivedUs = new Float64Array(capacity)
    this.recordedUs = new Float64Array(capacity)
  }

  /** What a delivery takes here. */
  get bytes(): number {
    return this.columns().length * Float64Array.BYTES_PER_ELEMENT
  }

  /** By point, in the order of the way. */
  columns(): readonly [Float64Array, Float64Array, Float64Array, Float64Array] {
    return [this.producedUs, this.acceptedUs, this.firstReceivedUs, this.recordedUs]
  }

  set(at: number, times: HopTimes | undefined): void {
    this.producedUs[at] = times?.producedUs ?? Number.NaN
    this.acceptedUs[at] = times?.acceptedUs ?? Number.NaN
    this.firstReceivedUs[at] = times?.firstReceivedUs ?? Number.NaN
    this.recordedUs[at] = times?.recordedUs ?? Number.NaN
  }

  move(from: number, to: number): void {
    for (const column of this.columns()) column[to] = column[from] as number
  }

  /** Makes the columns as long as those of the deliveries; what is beyond is forgotten. */
  resize(capacity: number): void {
    this.producedUs = resized(this.producedUs, capacity)
    this.acceptedUs = resized(this.acceptedUs, capacity)
    this.firstReceivedUs = resized(this.firstReceivedUs, capacity)
    this.recordedUs = resized(this.recordedUs, capacity)
  }
}

function resized(column: Float64Array, capacity: number): Float64Array {
  const other = new Float64Array(capacity)
  other.set(column.subarray(0, capacity))
  return other
}
