import type { Letter } from './letter.js'
import type { StreamFailure, StreamRecord } from './result.js'
import type { StreamRange } from './stream-range.js'
import { recordsOf, unanswered } from './stream-records.js'

/** Each takes some reads, of which a shard gives five a second to all. */
const MOST_RANGES = 50
/** A message may name a stream, or a region, where nobody answers. */
const MOST_MS = 60_000

/** A range, and what letters tell of it. */
interface Told {
  readonly range: StreamRange
  readonly messages: number
  readonly given: readonly StreamRecord[] | undefined
}

type Look = Parameters<typeof recordsOf>[1]

/** What dead letters tell of streams, one row a range, and what the streams still hold of it. */
export async function streamFailures(
  letters: readonly Letter[],
  look: Look,
): Promise<StreamFailure[]> {
  const ranges = new Map<string, Told>()
  for (const { range, given } of letters) {
    if (!range) continue
    const { arn, shard, from, to, functionArn } = range
    const name = JSON.stringify([arn, shard, from, to, functionArn])
    const known = ranges.get(name)
    const messages = (known?.messages ?? 0) + 1
    ranges.set(name, { range, messages, given: known?.given ?? given })
  }
  const all = [...ranges.values()].sort((a, b) => order(a.range, b.range))
  const failures: StreamFailure[] = []
  const signal = AbortSignal.any([look.signal, AbortSignal.timeout(MOST_MS)])
  const poisonOf = poisons(all.map((one) => one.range))
  let looked = 0
  const heldOf = async ({ range, given }: Told) => {
    if (given) return { records: given, missing: lackOf(range, given) }
    if (signal.aborted) return unanswered
    if (++looked <= MOST_RANGES) return recordsOf(range, { ...look, signal })
    return { records: null, missing: `only ${MOST_RANGES} ranges are looked up` }
  }
  for (const told of all) {
    const { range, messages, given } = told
    const held = await heldOf(told)
    failures.push({
      ...{ kind: range.kind, stream: range.arn, shard: range.shard, messages },
      ...{ function: range.functionArn, condition: range.condition },
      ...{ from: range.from, to: range.to, batch: range.batch, ...held, poison: poisonOf(range) },
      recordsFrom: given ? 'payload' : 'stream',
    })
  }
  return failures
}

function lackOf({ batch }: StreamRange, given: readonly StreamRecord[]): string | null {
  const lacking = batch - given.length
  return lacking > 0 ? `what Lambda left lacks ${lacking} of them` : null
}

/** Where a batch is halved until it succeeds, what is left of it in the end is one record.
 * @param ranges by their beginnings */
function poisons(ranges: readonly StreamRange[]): (range: StreamRange) => string | null {
  const singles = new Map<string, { at: bigint; text: string }[]>()
  for (const range of ranges) {
    if (range.from !== range.to) continue
    const place = placeOf(range)
    const others = singles.get(place)
    const single = { at: BigInt(range.from), text: range.from }
    if (others) others.push(single)
    else singles.set(place, [single])
  }
  return (range) => {
    const all = singles.get(placeOf(range)) ?? []
    const [from, to] = [BigInt(range.from), BigInt(range.to)]
    let [first, end] = [0, all.length]
    while (first < end) {
      const middle = (first + end) >> 1
      if ((all[middle]?.at ?? from) < from) first = middle + 1
      else end = middle
    }
    const [only, another] = [all[first], all[first + 1]]
    const isOne = only !== undefined && only.at <= to && !(another && another.at <= to)
    return isOne ? only.text : null
  }
}

function placeOf({ arn, shard, functionArn }: StreamRange): string {
  return JSON.stringify([arn, shard, functionArn])
}

function order(a: StreamRange, b: StreamRange): number {
  const [one, other] = [a, b].map(({ arn, shard }) => `${arn} ${shard}`) as [string, string]
  if (one !== other) return one < other ? -1 : 1
  const [from, than] = [BigInt(a.from), BigInt(b.from)]
  return from < than ? -1 : Number(from > than)
}
