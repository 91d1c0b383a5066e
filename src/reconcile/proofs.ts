import type { Duckdb } from '../engines/duckdb.js'
import type { Position } from '../event/event.js'
import { timeText } from '../event/time.js'
import type { Witness } from '../stats/result.js'
import type { Arrival, Arrivals } from './arrivals.js'
import { type Example, examplesOf, type Shown } from './examples.js'

/** Finds where deliveries of one stage were read. */
export type Positions = (arrivals: readonly Arrival[]) => Promise<Position[]>

export interface ProofPlaces {
  arrivals: Arrivals
  /** By the number of the stage. */
  positionsAt(stage: number): Positions
}

const MOST_EXAMPLES = 3
/** Of an event that came very often these are shown. */
const MOST_COPIES = 4

interface Shows {
  example: Example
  /** What is shown of it: the stage of a delivery, where it is, and what it shows. */
  deliveries: { stage: number; pos: number; role: string; more?: Partial<Witness> }[]
}

/** The witnesses of one fate, by kind. */
export async function proofsOf(
  duckdb: Duckdb,
  fate: Shown,
  { from, to, graceUs }: { from: number; to: number; graceUs: number },
  places: ProofPlaces,
): Promise<Map<number, Witness[]>> {
  const examples = await examplesOf(duckdb, fate, MOST_EXAMPLES)
  const alike = fate === 'duplicated' || fate === 'sentAgain' ? await copiesOf() : []
  const shown = examples.map((example, n) => ({
    example,
    deliveries: alike[n] ?? pairOf(example),
  }))
  return witnessesOf(shown, places)

  async function copiesOf(): Promise<Shows['deliveries'][]> {
    const [stage, first] =
      fate === 'duplicated'
        ? [to, examples.map(({ receivedPos }) => receivedPos ?? 0)]
        : [from, examples.map(({ sentPos }) => sentPos ?? 0)]
    const copies = await places.arrivals.alike(stage, first, MOST_COPIES)
    return copies.map((each) =>
      each.map(({ pos }, n) => ({ stage, pos, role: n === 0 ? 'first' : 'again' })),
    )
  }

  function pairOf({ sentPos, receivedPos, tookUs }: Example): Shows['deliveries'] {
    const ofReceived: Partial<Witness> = {
      ...(fate === 'late' && tookUs !== null && { lateMs: (tookUs - graceUs) / 1_000 }),
      ...(fate === 'skew' && tookUs !== null && { latencyMs: tookUs / 1_000 }),
    }
    return [
      ...(sentPos === null ? [] : [{ stage: from, pos: sentPos, role: 'sent' }]),
      ...(receivedPos === null
        ? []
        : [{ stage: to, pos: receivedPos, role: 'received', more: ofReceived }]),
    ]
  }
}

async function witnessesOf(
  shown: readonly Shows[],
  { arrivals, positionsAt }: ProofPlaces,
): Promise<Map<number, Witness[]>> {
  const found = await arrivals.arrivalsAt(shown.flatMap(({ deliveries }) => deliveries))
  const byKind = new Map<number, Witness[]>()
  for (const { example, deliveries } of shown) {
    const witnesses = byKind.get(example.grp) ?? []
    byKind.set(example.grp, witnesses)
    for (const { stage, pos, role, more } of deliveries) {
      const arrival = found.get(`${stage} ${pos}`)
      if (!arrival) continue
      const [position = null] = await positionsAt(stage)([arrival])
      witnesses.push({ ...witness(arrival, position), role, ...more })
    }
  }
  return byKind
}

/** What is shown of a delivery. */
export function witness({ id, timeUs, receivedUs }: Arrival, position: Position | null): Witness {
  return {
    ...{ position, id },
    ...(timeUs !== null && { time: timeText(timeUs) }),
    ...(receivedUs !== null && { receivedAt: timeText(receivedUs) }),
  }
}
