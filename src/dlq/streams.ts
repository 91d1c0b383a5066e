import type { Letter } from './letter.js'
import type { StreamFailure } from './result.js'
import type { StreamRange } from './stream-range.js'
import { recordsOf } from './stream-records.js'

/** Each takes some reads, of which a shard gives five a second to all. */
const MOST_RANGES = 50

type Look = Parameters<typeof recordsOf>[1]

/** What dead letters tell of streams, one row a range, and what the streams still hold of it. */
export async function streamFailures(
  letters: readonly Letter[],
  look: Look,
): Promise<StreamFailure[]> {
  const ranges = new Map<string, { range: StreamRange; messages: number }>()
  for (const { range } of letters) {
    if (!range) continue
    const { arn, shard, from, to, functionArn } = range
    const name = JSON.stringify([arn, shard, from, to, functionArn])
    const messages = (ranges.get(name)?.messages ?? 0) + 1
    ranges.set(name, { range, messages })
  }
  const all = [...ranges.values()].sort((a, b) => order(a.range, b.range))
  const failures: StreamFailure[] = []
  for (const [n, { range, messages }] of all.entries()) {
    const held =
      n < MOST_RANGES
        ? await recordsOf(range, look)
        : { records: null, missing: `only ${MOST_RANGES} ranges are looked up` }
    const within = all.map((one) => one.range).filter((one) => isWithin(one, range))
    failures.push({
      ...{ kind: range.kind, stream: range.arn, shard: range.shard, messages },
      ...{ function: range.functionArn, condition: range.condition },
      ...{ from: range.from, to: range.to, batch: range.batch, ...held, poison: poisonOf(within) },
    })
  }
  return failures
}

/** Where a batch is halved until it succeeds, what is left of it in the end is one record. */
function poisonOf(within: readonly StreamRange[]): string | null {
  const single = new Set(within.filter(({ from, to }) => from === to).map(({ from }) => from))
  const [only] = single
  return single.size === 1 && only !== undefined ? only : null
}

function isWithin(one: StreamRange, other: StreamRange): boolean {
  const { arn, shard, functionArn } = other
  const isSame = one.arn === arn && one.shard === shard && one.functionArn === functionArn
  return isSame && BigInt(one.from) >= BigInt(other.from) && BigInt(one.to) <= BigInt(other.to)
}

function order(a: StreamRange, b: StreamRange): number {
  const [one, other] = [a, b].map(({ arn, shard }) => `${arn} ${shard}`) as [string, string]
  if (one !== other) return one < other ? -1 : 1
  const [from, than] = [BigInt(a.from), BigInt(b.from)]
  return from < than ? -1 : Number(from > than)
}
