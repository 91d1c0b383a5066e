import type { Datum } from './datum.js'
import type { WindowDatums } from './datums.js'

/** One PutMetricData, with whole windows in it as far as they fit. */
export interface Call {
  readonly datums: readonly Datum[]
  /** Whose first datums are in it. */
  readonly begins: readonly number[]
  /** Whose last datums are in it. */
  readonly ends: readonly number[]
}

/** PutMetricData takes no more. */
export const MOST_DATUMS = 1_000
/** It takes 1 MB; names of members and what surrounds them are in what is left. */
const MOST_BYTES = 800_000

/** The calls that send these windows, in their order. Windows are named by their start in ms. */
export function callsOf(windows: readonly WindowDatums[]): Call[] {
  const calls: { datums: Datum[]; begins: number[]; ends: number[]; bytes: number }[] = []
  const begin = () => {
    const call = { datums: [], begins: [], ends: [], bytes: 0 }
    calls.push(call)
    return call
  }
  for (const { startMs, datums } of windows) {
    const bytes = datums.reduce((sum, datum) => sum + bytesOf(datum), 0)
    let call = calls.at(-1) ?? begin()
    const fits =
      call.datums.length + datums.length <= MOST_DATUMS && call.bytes + bytes <= MOST_BYTES
    if (!fits && call.datums.length > 0) call = begin()
    call.begins.push(startMs)
    for (const datum of datums) {
      const size = bytesOf(datum)
      if (call.datums.length === MOST_DATUMS || call.bytes + size > MOST_BYTES) call = begin()
      call.datums.push(datum)
      call.bytes += size
    }
    call.ends.push(startMs)
  }
  return calls.map(({ datums, begins, ends }) => ({ datums, begins, ends }))
}

/** About what a datum takes on the wire, rather more than less. */
function bytesOf({ metric, dimensions, values }: Datum): number {
  const named = dimensions.reduce((sum, [name, value]) => sum + name.length + value.length + 60, 0)
  return 200 + metric.length + named + values.length * 24
}
