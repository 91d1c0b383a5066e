import type { Mapping } from '../event/mapping.js'
import { OTHERS } from '../meters/stats.js'
import { arrivalsUnknown } from '../stats/findings/arrival-unknown.js'
import { checksums } from '../stats/findings/checksum.js'
import { clocks } from '../stats/findings/clock.js'
import { duplicateDraft } from '../stats/findings/duplicate.js'
import type { Counted, Draft, FindingRow } from '../stats/findings/finding.js'
import { latencyDraft, slowAboveMs } from '../stats/findings/latency.js'
import { noIdentities } from '../stats/findings/no-identity.js'
import { objectFaults } from '../stats/findings/object-faults.js'
import { inOrder } from '../stats/findings/order.js'
import { counted, countText } from '../stats/findings/phrases.js'
import { reorderedDraft } from '../stats/findings/reordered.js'
import { resolutions } from '../stats/findings/resolution.js'
import { sequences } from '../stats/findings/sequence.js'
import { skewDraft } from '../stats/findings/skew.js'
import { undecodables } from '../stats/findings/undecodable.js'
import type { Finding, TypeRow } from '../stats/result.js'
import type { Faults, NamedFaults } from './faults.js'
import type { RowFaults } from './row-faults.js'

/** What findings are made of. */
export interface Observed {
  /** The rows of the result. */
  rows: readonly TypeRow[]
  types: readonly TypeRow[]
  events: number
  /** By type and source. */
  faults: Faults
  /** By row of the result. */
  rowFaults: Faults
  loaded: Counted['loaded']
  mapping: Mapping
  /** Arrivals are on more than one day: times of day need their date. */
  isDated: boolean
}

/** What can be said of deliveries that were seen once and not kept, in the words of an archive's
 * findings. */
export function liveFindings(observed: Observed): Finding[] {
  const counted = countedOf(observed)
  const drafts = [
    ...objectFaults(counted),
    ...counted.rows.flatMap((row) => ofRow(row, observed)),
    ...undecodables(counted),
    ...arrivalsUnknown(counted),
    ...noIdentities(counted),
    ...sequences(counted),
    ...checksums(counted),
    ...clocks(counted),
    ...resolutions(counted),
    ...othersTogether(observed),
  ]
  return inOrder(drafts).map(({ kind, type, source, severity, count, explain, witnesses }) => {
    return { kind, type, source, severity, count, explain, witnesses: witnesses ?? [] }
  })
}

/** Rows are bounded: who reads that there are no others must be told. */
function othersTogether({ rows }: Observed): Draft[] {
  const others = rows.find(({ type, source }) => type === OTHERS || source === OTHERS)
  if (!others) return []
  const { events } = others
  const what = others.type === OTHERS ? 'types' : 'sources'
  const explain =
    `${countText(rows.length - 1)} ${what} have rows of their own, those that came first; ` +
    `${counted(events, 'event')} of others count together. Total is of all.`
  const about = { type: null, source: null, severity: 'warning', count: events } as const
  return [{ kind: 'coverage', ...about, weight: events, explain }]
}

function ofRow(row: FindingRow, { rowFaults, isDated }: Observed): Draft[] {
  const found = rowFaults.ofRow(row)
  const { duplicates, ordering, latencyMs } = row.figures
  const drafts: Draft[] = []
  const aboveMs = slowAboveMs(latencyMs)
  const slow = aboveMs === null ? undefined : found?.tailAbove(aboveMs * 1_000)
  if (found && aboveMs !== null && slow) {
    const witnesses = found.slow.map(({ witness }) => witness)
    drafts.push({ ...latencyDraft(row, slow, aboveMs, isDated), witnesses })
  }
  if (duplicates.count) {
    drafts.push({ ...duplicateDraft(row, duplicates.count), witnesses: found?.again ?? [] })
  }
  if (ordering.reordered > 0) {
    const { isLateTimed: isTimed = true, isWorstTimed = false, late } = found ?? {}
    const draft = reorderedDraft(row, { isTimed, isWorstTimed })
    drafts.push({ ...draft, witnesses: late?.witnesses ?? [] })
  }
  if (latencyMs.skewed > 0) drafts.push(skewed(row, found))
  return drafts
}

function skewed(row: FindingRow, found: RowFaults | undefined): Draft {
  const most = found?.early[0]
  const witnesses = found?.early.map(({ witness }) => witness) ?? []
  return { ...skewDraft(row, most ? -most.rank / 1_000 : null), witnesses }
}

/** The same as what archives have, of types and not of kept deliveries. */
function countedOf({ rows, types, events, faults, loaded, mapping }: Observed): Counted {
  const of = [...faults.byType()]
  const known = new Map(types.map((row) => [JSON.stringify([row.source, row.type]), row]))
  const eventsOf = ({ source, type }: NamedFaults) =>
    known.get(JSON.stringify([source, type]))?.events ?? 0
  return {
    loaded,
    mapping,
    rows: rows.map((figures, number) => ({
      ...{ number, figures, type: figures.type, source: figures.source },
    })),
    measured: { total: { events } },
    deliveries: {
      groups: of.map(({ type, source }) => ({ type, source, order: 'time', perSource: false })),
      atOf: () => -1,
    },
    grounds: {
      keysByPosition: 0,
      survey: {
        groups: of.map((each) => {
          const { noId, noTime, noReceivedAt, noSequence } = each.faults
          const counts = { noId, noTime, noReceivedAt, noSequence, noKey: 0, claim: 0 }
          return { ...counts, events: eventsOf(each), unsequenced: [], first: -1 }
        }),
      },
    },
  }
}
