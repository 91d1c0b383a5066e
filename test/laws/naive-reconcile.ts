import type { ReconcileRow } from '../../src/reconcile/result.js'

/** A delivery at one stage, as it is written to a file. */
export interface Delivered {
  id: string | null
  source: string
  type: string
  timeUs: number | null
  receivedUs: number | null
  /** Absent: nobody says. */
  status: 'ok' | 'failed' | null
}

interface Options {
  graceUs: number
  /** Whether sentStatus is mapped. */
  hasStatus: boolean
  sinceUs?: number | null
  untilUs?: number | null
}

export interface NaiveRow extends ReconcileRow {
  type: string
  source: string
}

interface Judged {
  name: { type: string; source: string }
  clockUs: number | null
  sent: boolean
  received: boolean
  extra: number
  isTimed: boolean
  isAcknowledged: boolean
  /** Null: cannot be told. */
  tookUs: number | null
  fate: 'received' | 'lost' | 'inFlight' | 'unexpected'
}

const least = (values: readonly (number | null)[]) => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.min(...known)
}

/** DESIGN §8 word by word, identity by identity: deliveries of both sides in order of position. */
function judge(sent: readonly Delivered[], received: readonly Delivered[], options: Options) {
  const { graceUs } = options
  const greatest = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null)
    return known.length === 0 ? null : Math.max(...known)
  }
  const endUs =
    greatest(received.map(({ receivedUs }) => receivedUs)) ??
    greatest(received.map(({ timeUs }) => timeUs))
  const identities = new Set(
    [...sent, ...received].flatMap(({ id, source }) =>
      id === null ? [] : [JSON.stringify([source, id])],
    ),
  )
  const judged: Judged[] = []
  for (const identity of identities) {
    const is = ({ id, source }: Delivered) => JSON.stringify([source, id]) === identity
    const [sends, receipts] = [sent.filter(is), received.filter(is)]
    const first = sends[0] ?? receipts[0]
    if (!first) throw new Error('an identity of nothing')
    const clock = ({ receivedUs, timeUs }: Delivered) => receivedUs ?? timeUs
    const clockUs = least(sends.map(clock)) ?? least(receipts.map(clock))
    const sentUs = least(sends.map(({ timeUs }) => timeUs))
    const arrivedUs = least(receipts.map(({ receivedUs }) => receivedUs))
    const isSure = receipts.every(({ receivedUs }) => receivedUs !== null)
    const took = sentUs === null || arrivedUs === null ? null : arrivedUs - sentUs
    const isOver = sentUs !== null && endUs !== null && sentUs + graceUs < endUs
    judged.push({
      ...{ name: { type: first.type, source: first.source }, clockUs },
      ...{ sent: sends.length > 0, received: receipts.length > 0 },
      ...{ extra: Math.max(0, receipts.length - 1), isTimed: sends.length > 0 && sentUs !== null },
      isAcknowledged: sends.some(({ status }) => status === 'ok'),
      tookUs: took !== null && (isSure || took <= graceUs) ? took : null,
      fate:
        sends.length === 0
          ? 'unexpected'
          : receipts.length > 0
            ? 'received'
            : isOver
              ? 'lost'
              : 'inFlight',
    })
  }
  return { judged, hasEnd: endUs !== null }
}

function rowOf(judged: readonly Judged[], hasEnd: boolean, options: Options): ReconcileRow {
  const { graceUs, hasStatus } = options
  const count = (test: (one: Judged) => boolean) => judged.filter(test).length
  const sent = count((one) => one.sent)
  const matched = count((one) => one.fate === 'received')
  const canBeLost = sent === 0 || (hasEnd && judged.some(({ isTimed }) => isTimed))
  const isJudged = judged.some(({ tookUs }) => tookUs !== null)
  const isUnsure = (one: Judged) => one.fate === 'lost' && !one.isAcknowledged
  return {
    ...{ sent, received: count((one) => one.received) },
    lost: canBeLost ? count(({ fate }) => fate === 'lost') : null,
    unexpected: count(({ fate }) => fate === 'unexpected'),
    duplicated: judged.reduce((sum, { extra }) => sum + extra, 0),
    late:
      matched > 0 && !isJudged ? null : count(({ tookUs }) => tookUs !== null && tookUs > graceUs),
    recovered: hasStatus ? count((one) => one.fate === 'received' && !one.isAcknowledged) : null,
    inFlight: count(({ fate }) => fate === 'inFlight'),
    lostUnacknowledged: hasStatus && canBeLost ? count(isUnsure) : null,
  }
}

/** Of what was sent in each step of time, by source and type, what was lost and what was late. */
export function naiveSlots(
  sent: readonly Delivered[],
  received: readonly Delivered[],
  { graceUs, stepUs }: { graceUs: number; stepUs: number },
) {
  const slots = new Map<string, Map<number, { sent: number; lost: number; late: number }>>()
  for (const one of judge(sent, received, { graceUs, hasStatus: false }).judged) {
    if (!one.sent || one.clockUs === null) continue
    const name = `${one.name.source}/${one.name.type}`
    const of = slots.get(name) ?? new Map()
    slots.set(name, of)
    const startUs = Math.floor(one.clockUs / stepUs) * stepUs
    const slot = of.get(startUs) ?? { sent: 0, lost: 0, late: 0 }
    of.set(startUs, slot)
    slot.sent += 1
    if (one.fate === 'lost') slot.lost += 1
    if (one.tookUs !== null && one.tookUs > graceUs) slot.late += 1
  }
  return slots
}

/** What `evt reconcile` has to say of two stages, by brute force. */
export function naiveReconcile(
  sent: readonly Delivered[],
  received: readonly Delivered[],
  options: Options,
): { total: ReconcileRow; types: NaiveRow[] } {
  const { sinceUs = null, untilUs = null } = options
  const { judged, hasEnd } = judge(sent, received, options)
  const chosen = judged.filter(
    ({ clockUs }) =>
      (sinceUs === null || (clockUs !== null && clockUs >= sinceUs)) &&
      (untilUs === null || (clockUs !== null && clockUs < untilUs)),
  )
  const names = [...new Set(chosen.map(({ name }) => JSON.stringify(name)))]
  const types = names.map((text) => {
    const { type, source }: Judged['name'] = JSON.parse(text)
    const own = chosen.filter(({ name }) => JSON.stringify(name) === text)
    return { type, source, ...rowOf(own, hasEnd, options) }
  })
  return { total: rowOf(chosen, hasEnd, options), types }
}
