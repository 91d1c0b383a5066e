import type { Duckdb } from '../engines/duckdb.js'
import { timeText } from '../event/time.js'
import type { Arrivals } from './arrivals.js'
import { type Between, fateFindings } from './fate-findings.js'
import { makeFates, type Pairing } from './fates.js'
import { type HeatStrip, type KindLoss, type PairFigures, pairFigures } from './figures.js'
import { Kinds } from './kinds.js'
import type { ProofPlaces } from './proofs.js'
import type { ReconcileChoices } from './request.js'
import type { Hop, ReconcileEnd, ReconcileFinding, ReconcileRows } from './result.js'
import { idsInCommon, type StageCounts, stageCounts } from './stage-figures.js'
import { pairFindings } from './stage-findings.js'

/** What is set side by side, once all stages are in the table of arrivals. */
export interface Reconciling {
  duckdb: Duckdb
  arrivals: Arrivals
  /** Names, in their order. */
  names: readonly string[]
  choices: ReconcileChoices
  range: { sinceUs: number | null; untilUs: number | null }
  positionsAt: ProofPlaces['positionsAt']
  /** Whether somebody says how sending ended, by stage. */
  hasStatus: readonly boolean[]
  /** Live: what could be received until now. */
  nowUs?: number | undefined
  arrivalsAtOnce?: number | undefined
}

export interface Reconciled extends ReconcileRows {
  hops?: Hop[]
  findings: ReconcileFinding[]
  end: ReconcileEnd
  strip: HeatStrip | null
  losses: readonly KindLoss[] | undefined
  stages: readonly StageCounts[]
}

interface Pair extends Between {
  end: ReconcileEnd
  endUs: number | null
}

/** Sets what was sent beside what was received: the first stage and the last, and where there are
 * more, each and the next. */
export async function reconcile(given: Reconciling): Promise<Reconciled> {
  const { duckdb, names } = given
  await makeFates(duckdb, names.length, given.arrivalsAtOnce)
  const kinds = await Kinds.read(duckdb)
  const stages = await stageCounts(duckdb, names.length)
  const last = names.length
  const whole = await judged(given, { kinds, pair: pairOf(given, stages, [1, last]) })
  const { total, types, windows, strip, losses } = whole.figures
  const end = whole.pair.end
  const result = { total, types, ...(windows && { windows }), end, strip, losses, stages }
  if (last === 2) return { ...result, findings: whole.findings }
  const lostAt = whole.lostAt
  const hops: Hop[] = []
  const findings: ReconcileFinding[] = []
  for (let from = 1; from < last; from++) {
    const hop = await judged(given, { kinds, pair: pairOf(given, stages, [from, from + 1]) })
    const [name = '', next = ''] = hop.pair.names
    const figures = hop.figures
    hops.push({
      ...{ from: name, to: next, end: hop.pair.end, lostHere: lostAt.get(from) ?? 0 },
      ...{ total: figures.total, types: figures.types },
      ...(figures.windows && { windows: figures.windows }),
    })
    findings.push(...hop.findings)
  }
  return { ...result, hops, findings: [...whole.findings, ...findings] }
}

function pairOf(
  { names, choices, nowUs }: Reconciling,
  stages: readonly StageCounts[],
  [from, to]: [number, number],
): Pair {
  const { lastReceivedUs = null, lastTimeUs = null } = stages[to - 1] ?? {}
  const ends = [
    { by: 'now' as const, us: nowUs ?? null },
    { by: 'receivedAt' as const, us: lastReceivedUs },
    { by: 'time' as const, us: lastTimeUs },
  ]
  const { by, us } = ends.find(({ us }) => us !== null) ?? { by: null, us: null }
  return {
    ...{ from, to, names: [names[from - 1] ?? '', names[to - 1] ?? ''] },
    ...{
      graceUs: choices.graceUs,
      endUs: us,
      end: { time: us === null ? null : timeText(us), by },
    },
  }
}

async function judged(given: Reconciling, { kinds, pair }: { kinds: Kinds; pair: Pair }) {
  const { duckdb, arrivals, choices, range, names, positionsAt, hasStatus } = given
  const { from, to, graceUs, endUs, end } = pair
  const pairing: Pairing = {
    ...{ from, to, graceUs, endUs, ...range },
    kinds: kinds.fitting(choices.types),
  }
  const figures = await pairFigures(duckdb, pairing, {
    ...{ stages: names.length, windowUs: choices.windowUs, kinds },
    lossesByKind: choices.lossesByKind,
    claims: { hasEnd: endUs !== null, hasStatus: hasStatus[from - 1] ?? false },
  })
  const common = await commonIds(given, figures, pair)
  const places = { arrivals, positionsAt }
  const findings = [
    ...pairFindings({ figures, end, idsInCommon: common }, pair.names),
    ...(await fateFindings(duckdb, figures.kinds, { between: pair, kinds, places })),
  ]
  const lostAt = new Map<number, number>()
  if (names.length > 2) {
    const rows = await duckdb.rows(
      `SELECT seen_until, count(*) FROM judged WHERE fate = 'lost' GROUP BY seen_until`,
    )
    for (const [stage, count] of rows) lostAt.set(Number(stage), Number(count))
  }
  return { figures, findings, pair, lostAt }
}

/** Looks for ids that both have, where no identity is on both sides. */
async function commonIds(
  { duckdb }: Reconciling,
  { all }: PairFigures,
  { from, to }: Pair,
): Promise<number | null> {
  const isApart = all.matched === 0 && all.get('sent') > 0 && all.get('unexpected') > 0
  return isApart ? idsInCommon(duckdb, from, to) : null
}
