import { EvtError } from '../errors.js'
import { timeText } from '../event/time.js'
import type { Hidden } from '../questions/hidden-sql.js'
import { count, noObjects } from '../reading/absence.js'
import { shownFindings } from '../stats/hidden.js'
import type { HeatStrip, KindLoss } from './figures.js'
import { type ProofPlaces, witness } from './proofs.js'
import type { Reconciled } from './reconcile.js'
import type { ReconcileChoices } from './request.js'
import type { ReconcileFinding, ReconcileResult, StageFigures } from './result.js'
import { type StageFaults, stageFindings } from './stage-findings.js'

/** A result, and what is shown beside it. */
export interface ReconcileRun {
  result: ReconcileResult
  strip: HeatStrip | null
  /** Of each kind in each window, where they were asked for; without those that lost nothing. */
  losses: readonly KindLoss[] | undefined
  /** Why the run does not end well although it has a result. */
  failure: EvtError | undefined
  /** There was nothing to compare. */
  isEmpty: boolean
}

/** What was taken in of a stage, beside its deliveries. */
export interface StageTaken extends Pick<StageFaults, 'undecodable' | 'objectFaults'> {
  name: string
  sources: readonly string[]
  objects: number
  bytes: number
  records: number
}

interface Finishing extends ProofPlaces {
  taken: readonly StageTaken[]
  reconciled: Reconciled
  choices: ReconcileChoices
  range: { sinceUs: number | null; untilUs: number | null }
  partial: boolean
  /** What nobody learns, of each stage: an identity is in several. */
  hidden: readonly Hidden[]
}

const MOST_UNIDENTIFIED = 3

/** The result of what was set side by side; `failure` where there was nothing to compare. */
export async function finished(finishing: Finishing): Promise<ReconcileRun> {
  const { taken, reconciled, choices, partial, hidden } = finishing
  const { total, types, windows, hops, end, strip, losses } = reconciled
  const stages = taken.map((stage, n) => figuresOf(stage, reconciled, n))
  const findings: ReconcileFinding[] = []
  for (const [n, figures] of stages.entries()) {
    findings.push(...(await findingsOf(finishing, { figures, stages, n })))
  }
  const { identity, graceUs } = choices
  const result: ReconcileResult = {
    schema: 'evt.reconcile/1',
    ...{ selection: selectionOf(finishing), partial },
    ...{ identity, graceMs: graceUs / 1_000, end, stages },
    ...{ total, types, ...(windows && { windows }), ...(hops && { hops }) },
    findings: hidden.reduce(shownFindings, [...reconciled.findings, ...findings]),
  }
  const failure = nothingIn(result)
  return { result, strip, losses, failure, isEmpty: failure !== undefined }
}

function selectionOf({ choices, range }: Finishing): ReconcileResult['selection'] {
  const text = (us: number | null) => (us === null ? null : timeText(us))
  const { types, filter } = choices
  return {
    ...{ since: text(range.sinceUs), until: text(range.untilUs) },
    ...(types.length > 0 && { types: [...types] }),
    ...(filter && { filter: filter.json }),
  }
}

function figuresOf(taken: StageTaken, { stages }: Reconciled, n: number): StageFigures {
  const { name, sources, objects, bytes, records, undecodable } = taken
  const counts = stages[n]
  if (!counts) throw new Error(`nothing was counted of ${name}`)
  const { span, events, identities, withoutId } = counts
  return {
    ...{ name, sources: [...sources], span },
    read: { objects, bytes, records, undecodable: undecodable.count },
    ...{ events, identities, withoutId },
  }
}

async function findingsOf(
  { arrivals, positionsAt, taken }: Finishing,
  { figures, stages, n }: { figures: StageFigures; stages: readonly StageFigures[]; n: number },
): Promise<ReconcileFinding[]> {
  const { name } = figures
  const beside = stages[n === 0 ? 1 : n - 1]?.name ?? ''
  const between: [string, string] = n === 0 ? [name, beside] : [beside, name]
  const bare = figures.withoutId > 0 ? await arrivals.unidentified(n + 1, MOST_UNIDENTIFIED) : []
  const places = await positionsAt(n + 1)(bare)
  const stage = taken[n]
  if (!stage) return []
  const faults = {
    ...{ figures, undecodable: stage.undecodable, objectFaults: stage.objectFaults },
    unidentified: bare.map((each, at) => witness(each, places[at] ?? null)),
    unknownStatuses: await arrivals.unknownStatuses(n + 1),
  }
  return stageFindings(faults, between)
}

/** A stage that has nothing says nothing of the others. */
function nothingIn({ stages, total, selection }: ReconcileResult): EvtError | undefined {
  const empty = stages.find(({ identities }) => identities === 0)
  const inconclusive = (message: string, hint?: string) =>
    new EvtError(message, { code: 'inconclusive', hint })
  if (!empty) {
    if (total.sent + total.received > 0) return undefined
    const asked = [
      ...(selection.types ? [`of type ${selection.types.join(', ')}`] : []),
      ...(selection.since === null ? [] : [`since ${selection.since}`]),
      ...(selection.until === null ? [] : [`until ${selection.until}`]),
    ]
    return inconclusive(`no events ${asked.join(' ')} in any of the stages`)
  }
  const { name, sources, read, withoutId } = empty
  if (read.objects === 0) return noObjects(sources, 0)
  const place = `${sources.join(' ')} (${name})`
  if (withoutId > 0) {
    const message = `none of the ${count(withoutId, 'event')} in ${place} has an id`
    return inconclusive(message, 'an id tells events apart: --map id=$.path says where it is')
  }
  const records = read.records === 0 ? 'no records' : count(read.records, 'record')
  return inconclusive(`nothing to compare in ${place}: ${records}, no events`)
}
