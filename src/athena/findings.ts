import type { Mapping } from '../event/mapping.js'
import { arrivalsUnknown } from '../stats/findings/arrival-unknown.js'
import { clocks } from '../stats/findings/clock.js'
import { duplicateDraft } from '../stats/findings/duplicate.js'
import { about, type Counted, type Draft, type FindingRow } from '../stats/findings/finding.js'
import { noIdentities } from '../stats/findings/no-identity.js'
import { inOrder } from '../stats/findings/order.js'
import { counted, nameOf } from '../stats/findings/phrases.js'
import { reorderedDraft } from '../stats/findings/reordered.js'
import { resolutions } from '../stats/findings/resolution.js'
import { sequences } from '../stats/findings/sequence.js'
import { skewDraft } from '../stats/findings/skew.js'
import { undecodables } from '../stats/findings/undecodable.js'
import type { Finding, TypeRow } from '../stats/result.js'
import type { RecordCounts, RowCounts } from './figures.js'

/** What findings are made of, where nothing but counts is known. */
export interface Observed {
  /** The rows of the result, in its order. */
  readonly rows: readonly { figures: TypeRow; counts: RowCounts }[]
  readonly all: RecordCounts
  readonly mapping: Mapping
}

/** What can be said of figures without the events, in the words that an archive has on this
 * machine; witnesses are looked for there. */
export function athenaFindings(observed: Observed): Finding[] {
  const known = countedOf(observed)
  const drafts = [
    ...observed.rows.flatMap(({ counts }, n) => {
      const row = known.rows[n]
      return row ? [...ofRow(row, counts), ...untold(row, counts)] : []
    }),
    ...undecodables(known),
    ...arrivalsUnknown(known),
    ...noIdentities(known),
    ...sequences(known),
    ...clocks(known),
    ...resolutions(known),
  ]
  return inOrder(drafts).map(({ kind, type, source, severity, count, explain }) => {
    return { kind, type, source, severity, count, explain, witnesses: [] }
  })
}

function ofRow(row: FindingRow, { isTimed, leastUs }: RowCounts): Draft[] {
  const { duplicates, ordering, latencyMs } = row.figures
  const drafts: Draft[] = []
  if (duplicates.count) drafts.push(duplicateDraft(row, duplicates.count))
  if (ordering.reordered > 0) {
    drafts.push(reorderedDraft(row, { isTimed, isWorstTimed: ordering.maxLateMs !== null }))
  }
  if (latencyMs.skewed > 0) drafts.push(skewDraft(row, leastUs === null ? null : -leastUs / 1000))
  return drafts
}

/** What depends on the order of lines in an object, which no table of lines knows. */
function untold(row: FindingRow, { untold: events, unsureFirst }: RowCounts): Draft[] {
  const draft = (count: number, explain: string): Draft => ({
    ...{ kind: 'arrivalUnknown', ...about(row), severity: 'warning', count, weight: count },
    explain: `${explain} Without --engine athena evt knows it.`,
  })
  const drafts: Draft[] = []
  if (events > 0) {
    const what = `The order of ${counted(events, 'event')} of ${nameOf(row)} is not checked`
    const why = 'their streams have arrivals of one moment, or none, in one object'
    drafts.push(draft(events, `${what}: ${why}, whose lines have no numbers in Athena.`))
  }
  if (unsureFirst > 0) {
    const what = `Which copy came first is not known of ${counted(unsureFirst, 'event')}`
    const why = 'they arrived at one moment, or at none that is recorded, in one object'
    drafts.push(draft(unsureFirst, `${what} of ${nameOf(row)}: ${why}.`))
  }
  return drafts
}

/** The same as what archives have, of types and not of deliveries. */
function countedOf({ rows, all, mapping }: Observed): Counted {
  const { undecodable, unsure, untimedKeys } = all
  const events = rows.reduce((sum, { counts }) => sum + counts.events, 0)
  return {
    loaded: {
      ...{ objectFaults: [], faultyFields: [], faultyFieldCounts: new Map(), undecodables: [] },
      undecodableReasons: new Map(undecodable === 0 ? [] : [['not JSON', undecodable]]),
      ...{ undecodable, records: events + undecodable + unsure },
    },
    mapping,
    rows: rows.map(({ figures }, number) => {
      return { number, figures, type: figures.type, source: figures.source }
    }),
    measured: { total: { events } },
    deliveries: {
      groups: rows.map(({ figures: { type, source } }) => {
        return { type, source, order: 'time' as const, perSource: false }
      }),
      atOf: () => -1,
    },
    grounds: {
      keysByPosition: untimedKeys,
      survey: {
        groups: rows.map(({ counts: of }) => ({
          ...{ events: of.events, noId: of.noIdentity, noKey: 0, noTime: of.events - of.times },
          ...{ noReceivedAt: of.events - of.arrivals, noSequence: of.noSequence, claim: 0 },
          ...{ unsequenced: [], first: -1 },
        })),
      },
    },
  }
}
