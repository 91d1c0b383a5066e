import type { EventRecord } from '../event/event.js'
import { timeText } from '../event/time.js'
import type { Deliveries } from './deliveries.js'
import type { Rereader } from './reread.js'
import type { Witness } from './result.js'

/** What a finding wants shown of a witness, apart from its position and `show`'s own. */
type ShownField = 'id' | 'key' | 'time' | 'receivedAt' | 'sequence'

/** Deliveries that prove a finding together, such as a late one and what it came after. */
type Group = readonly number[]

export interface Proof {
  /** Shown in this order, whatever reading them costs. */
  groups: readonly Group[]
  /** Groups that prove as much, no more than {@link mostConsidered}: they make up the number, and
   * the cheapest to read stands in for one that is too dear. */
  others?: readonly Group[]
  /** How many groups are shown. */
  most: number
  fields: readonly ShownField[]
  /** What each delivery of a group shows. `event` is what was read again, where it was. */
  show(group: Group, events: readonly (EventRecord | undefined)[]): Partial<Witness>[]
}

const MAX_OBJECTS = 6
/** About a third of a second of unpacking and of looking for line ends. */
const MAX_TEXT_BYTES = 64 * 1024 * 1024
/** Groups that may stand in for each other: so many a proof, and in all proofs of a kind. */
const MAX_CONSIDERED = 1_000
const MAX_CONSIDERED_IN_ALL = 30_000
const LEAST_CONSIDERED = 20

/** How many `others` a proof may have at most, where so many rows have one. */
export function mostConsidered(rows: number): number {
  const each = Math.floor(MAX_CONSIDERED_IN_ALL / Math.max(1, rows))
  return Math.max(LEAST_CONSIDERED, Math.min(MAX_CONSIDERED, each))
}

/**
 * Chooses and reads the witnesses of findings, given in the order of their importance. All together
 * no more than a few objects are read, none further than the last witness in it; what that leaves
 * out has its position and what is known of it without reading.
 */
export async function witnessesOf(
  proofs: readonly Proof[],
  deliveries: Deliveries,
  rereader: Rereader,
): Promise<Witness[][]> {
  const plan = new ReadingPlan(rereader, deliveries)
  const chosen = proofs.map((proof) => groupsOf(proof, plan))
  const events = new Map<number, EventRecord>()
  await rereader.events(plan.rows, (at, event) => events.set(at, event))
  return proofs.map((proof, n) =>
    (chosen[n] ?? []).flatMap((group) => {
      const read = group.map((at) => events.get(at))
      const shown = proof.show(group, read)
      return group.map((at, i) => ({
        position: deliveries.positionOf(at),
        ...fieldsOf(deliveries, at, read[i], proof.fields),
        ...shown[i],
      }))
    }),
  )
}

function groupsOf({ groups, others = [], most }: Proof, plan: ReadingPlan): Group[] {
  const chosen: Group[] = []
  for (const group of groups.slice(0, most)) {
    const isRead = plan.add(group)
    chosen.push(isRead ? group : (cheapest(others, plan, chosen) ?? group))
  }
  while (chosen.length < most) {
    const next = cheapest(others, plan, chosen) ?? others.find((other) => !chosen.includes(other))
    if (!next) break
    chosen.push(next)
  }
  return chosen
}

/** The group that costs least to read in addition, taken into the plan; undefined where all of them
 * are too dear. */
function cheapest(others: readonly Group[], plan: ReadingPlan, chosen: readonly Group[]) {
  let best: Group | undefined
  let least = Number.POSITIVE_INFINITY
  for (const group of others) {
    const bytes = plan.costOf(group)
    if (bytes >= least || chosen.includes(group)) continue
    least = bytes
    best = group
  }
  return best && plan.add(best) ? best : undefined
}

/** Which objects are read, and how far. */
class ReadingPlan {
  readonly rows = new Set<number>()
  private readonly reachBytes = new Map<number, number>()
  private textBytes = 0

  constructor(
    private readonly rereader: Rereader,
    private readonly deliveries: Deliveries,
  ) {}

  /** The text to be gone through in addition; Infinity where that is too much. */
  costOf(group: Group): number {
    return this.extended(group)?.bytes ?? Number.POSITIVE_INFINITY
  }

  add(group: Group): boolean {
    const extended = this.extended(group)
    if (!extended) return false
    for (const [object, bytes] of extended.reach) this.reachBytes.set(object, bytes)
    this.textBytes += extended.bytes
    for (const at of group) this.rows.add(at)
    return true
  }

  private extended(group: Group): { bytes: number; reach: Map<number, number> } | undefined {
    const reach = new Map<number, number>()
    let bytes = 0
    for (const at of group) {
      const object = this.deliveries.objectOf(at)
      const known = reach.get(object) ?? this.reachBytes.get(object) ?? 0
      const wanted = Math.max(known, this.rereader.textBytes(at))
      bytes += wanted - known
      reach.set(object, wanted)
    }
    let objects = this.reachBytes.size
    for (const object of reach.keys()) if (!this.reachBytes.has(object)) objects += 1
    const fits = objects <= MAX_OBJECTS && this.textBytes + bytes <= MAX_TEXT_BYTES
    return fits ? { bytes, reach } : undefined
  }
}

function fieldsOf(
  deliveries: Deliveries,
  at: number,
  event: EventRecord | undefined,
  fields: readonly ShownField[],
): Partial<Witness> {
  const time = (us: number | undefined) =>
    us === undefined || Number.isNaN(us) ? null : timeText(us)
  const sequence = deliveries.sequences[at] ?? Number.NaN
  const known: Pick<Witness, ShownField> = {
    ...(event ? { id: event.id, key: event.key } : {}),
    time: time(deliveries.timesUs[at]),
    receivedAt: time(deliveries.receivedUs[at]),
    sequence:
      deliveries.textSequences.get(at) ?? (Number.isNaN(sequence) ? null : String(sequence)),
  }
  const entries = fields.map((field) => [field, known[field]] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined))
}
