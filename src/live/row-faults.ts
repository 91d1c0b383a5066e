import type { EventRecord } from '../event/event.js'
import { timeText } from '../event/time.js'
import type { Delivery } from '../meters/delivery.js'
import type { Place } from '../meters/records.js'
import type { Witness } from '../stats/result.js'

/** Of each kind of fault so many are kept to be shown. */
const KEPT = 3
/** A tail can begin at 1, 2 or 5 times a power of ten, from a second on; see `slowAboveMs`. */
const tailsUs = Array.from({ length: 12 }, (_, n) => 10 ** (n + 6)).flatMap((us) => [
  us,
  2 * us,
  5 * us,
])

interface Ranked {
  rank: number
  witness: Witness
}

interface Tail {
  slow: number
  slowFirstUs: number
  slowLastUs: number
}

/** What was wrong with the events of one type and source, with the witnesses that matter most. */
export class RowFaults {
  noId = 0
  noTime = 0
  noReceivedAt = 0
  noSequence = 0
  readonly again: Witness[] = []
  readonly early: Ranked[] = []
  readonly slow: Ranked[] = []
  readonly tails: Tail[] = []
  late: { rank: number; witnesses: Witness[] } | null = null
  /** Whether it is known of all of the late ones how late they were. */
  isLateTimed = true
  isWorstTimed = false

  observe(delivery: Delivery): void {
    const { event, repeats, extent } = delivery
    const { id, timeUs, receivedAtUs } = event
    if (id === null) this.noId += 1
    if (timeUs === null) this.noTime += 1
    if (receivedAtUs === null) this.noReceivedAt += 1
    if (event.faults.some(({ field }) => field === 'sequence')) this.noSequence += 1
    if (repeats !== null) {
      if (this.again.length >= KEPT) return
      this.again.push({ ...witnessOf(event, ['id', 'key', 'receivedAt']), role: 'again' })
      return
    }
    if (timeUs !== null && receivedAtUs !== null) this.addLatency(event, receivedAtUs - timeUs)
    if (extent > 0) this.addLate(delivery)
  }

  /** What took longer than that. */
  tailAbove(us: number): Tail | undefined {
    return this.tails[tailsUs.indexOf(us)]
  }

  private addLatency(event: EventRecord, us: number): void {
    const latencyMs = us / 1_000
    if (us < 0) {
      const shown = witnessOf(event, ['id', 'key', 'time', 'receivedAt'])
      keep(this.early, { rank: us, witness: { ...shown, role: 'early', latencyMs } })
    }
    if (us <= LEAST_SLOW_US) return
    const shown = witnessOf(event, ['id', 'key', 'receivedAt'])
    keep(this.slow, { rank: -us, witness: { ...shown, role: 'slow', latencyMs } })
    const at = event.receivedAtUs ?? 0
    for (let n = 0; us > (tailsUs[n] ?? Number.POSITIVE_INFINITY); n++) {
      const tail = this.tails[n] ?? { slow: 0, slowFirstUs: at, slowLastUs: at }
      this.tails[n] = tail
      tail.slow += 1
      tail.slowFirstUs = Math.min(tail.slowFirstUs, at)
      tail.slowLastUs = Math.max(tail.slowLastUs, at)
    }
  }

  private addLate(delivery: Delivery): void {
    const { event, extent, lateUs, ahead, aheadReceivedUs } = delivery
    if (lateUs === null) this.isLateTimed = false
    // The latest, else the one furthest behind.
    const rank = lateUs === null ? extent - MAX_EXTENT : lateUs
    if (this.late && this.late.rank >= rank) return
    this.isWorstTimed = lateUs !== null
    const field = event.order === 'time' ? 'time' : 'sequence'
    const shown = witnessOf(event, ['key', field, 'id', 'receivedAt'])
    const late = lateUs === null ? {} : { lateMs: lateUs / 1_000 }
    const received = aheadReceivedUs === null ? {} : { receivedAt: timeText(aheadReceivedUs) }
    const after = { position: null, key: event.key, [field]: placeText(ahead, field), ...received }
    this.late = {
      rank,
      witnesses: [
        { ...shown, role: 'late', extent, ...late },
        { ...after, role: 'after' },
      ],
    }
  }
}

/** Below this, nothing is a tail. */
export const LEAST_SLOW_US = 1e6
/** A latency is never so far below zero. */
const MAX_EXTENT = 2 ** 60

function placeText(place: Place | null, field: 'time' | 'sequence'): string | null {
  if (place === null) return null
  return field === 'time' && typeof place === 'number' ? timeText(place) : String(place)
}

type Shown = 'id' | 'key' | 'time' | 'receivedAt' | 'sequence'

function witnessOf(event: EventRecord, fields: readonly Shown[]): Witness {
  const { position, id, key, sequence, timeUs, receivedAtUs } = event
  const text = (us: number | null) => (us === null ? null : timeText(us))
  const known = { id, key, sequence, time: text(timeUs), receivedAt: text(receivedAtUs) }
  const shown = fields.flatMap((field) => (known[field] === null ? [] : [[field, known[field]]]))
  return { position, ...Object.fromEntries(shown) }
}

/** Keeps the few least by rank, in order; of equals the earlier. */
function keep(kept: Ranked[], one: Ranked): void {
  const after = kept.findIndex(({ rank }) => rank > one.rank)
  if (after < 0 && kept.length >= KEPT) return
  kept.splice(after < 0 ? kept.length : after, 0, one)
  kept.length = Math.min(kept.length, KEPT)
}
