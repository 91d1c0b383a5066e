import { byEvents } from '../measure.js'
import { Rereader } from '../reread.js'
import type { Finding } from '../result.js'
import { rowsBySource, rowsByType } from '../rows.js'
import { mostConsidered, witnessesOf } from '../witnesses.js'
import { arrivalsUnknown } from './arrival-unknown.js'
import { checksums } from './checksum.js'
import { claimChecks } from './claim-check.js'
import { clocks } from './clock.js'
import { conflicts } from './conflict.js'
import { compareContents, comparison } from './contents.js'
import type { FindingsContext } from './context.js'
import { countersApart } from './counters-apart.js'
import { coverage } from './coverage.js'
import { isDated } from './dated.js'
import { duplicates } from './duplicate.js'
import type { Draft, Evidence, FindingPart } from './finding.js'
import { latencies, slowAboveMs } from './latency.js'
import { mappingsUnused } from './mapping-unused.js'
import { noIdentities } from './no-identity.js'
import { objectFaults } from './object-faults.js'
import { inOrder } from './order.js'
import { publishedTwice } from './published-twice.js'
import { reordered } from './reordered.js'
import { resolutions } from './resolution.js'
import { sequences } from './sequence.js'
import { skews } from './skew.js'
import { undecodables } from './undecodable.js'

export type { FindingsContext } from './context.js'

/** All kinds of findings. Of findings that weigh the same, the kind that is first comes first. */
const parts: readonly FindingPart[] = [
  objectFaults,
  coverage,
  latencies,
  conflicts,
  publishedTwice,
  duplicates,
  reordered,
  skews,
  undecodables,
  mappingsUnused,
  arrivalsUnknown,
  noIdentities,
  countersApart,
  sequences,
  checksums,
  clocks,
  resolutions,
  claimChecks,
]

/**
 * What is to be said about an archive beyond its figures. After an abort nothing is read again, and
 * witnesses have no more than is known of them.
 */
export async function findingsOf(context: FindingsContext): Promise<Finding[]> {
  const evidence = await evidenceOf(context)
  const found: Draft[] = []
  for (const part of parts) found.push(...(await part(evidence)))
  const drafts = inOrder(found)
  const proofs = drafts.flatMap(({ proof }) => proof ?? [])
  const witnesses = await witnessesOf(proofs, evidence.deliveries, evidence.rereader)
  return drafts.map(({ proof, witnesses: known = [], kind, type, source, ...draft }) => ({
    kind,
    type,
    source,
    severity: draft.severity,
    count: draft.count,
    explain: draft.explain,
    witnesses: proof ? (witnesses[proofs.indexOf(proof)] ?? []) : known,
  }))
}

async function evidenceOf(context: FindingsContext): Promise<Evidence> {
  const { groundsOf, ...rest } = context
  const { by, measured } = rest
  const { names, rowOfGroup } =
    by === 'type' ? rowsByType(rest.deliveries) : rowsBySource(rest.deliveries)
  const nameOf = (row: { type: string; source: string }) => JSON.stringify([row.source, row.type])
  const figuresOf = new Map(measured.types.map((row) => [nameOf(row), row]))
  const rows = names.flatMap((name, number) => {
    const figures = figuresOf.get(nameOf(name))
    return figures ? [{ number, ...name, figures }] : []
  })
  rows.sort((a, b) => byEvents(a.figures, b.figures))
  const slowAboveUs = names.map((name) => {
    const figures = figuresOf.get(nameOf(name))
    const ms = figures ? slowAboveMs(figures.latencyMs) : null
    return ms === null ? Number.POSITIVE_INFINITY : ms * 1000
  })
  const considered = mostConsidered(rows.length)
  const grounds = await groundsOf({
    rows: rows.map(({ number }) => number),
    ...{ rowOfGroup, slowAboveUs, considered },
    ...comparison(context, new Rereader(rest)),
  })
  const { deliveries } = grounds
  const rereader = new Rereader({ ...rest, deliveries })
  return {
    ...{ ...rest, grounds, deliveries, considered, rows, rereader },
    rowOf: (at) => rowOfGroup(deliveries.groupOf[at] as number),
    contents: await compareContents(context, grounds, rereader),
    isDated: isDated(context.measured.span),
  }
}
