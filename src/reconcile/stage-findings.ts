import { isLoss } from '../archives/object.js'
import { counted, countText, listed, quoted, shareText } from '../stats/findings/phrases.js'
import type { ObjectFault } from '../stats/load.js'
import type { Finding, Witness } from '../stats/result.js'
import type { PairFigures } from './figures.js'
import type { ReconcileEnd, ReconcileFinding, ReconcileKind, StageFigures } from './result.js'
import type { UndecodableRecords } from './undecodable-records.js'

/** What is known of one stage beside its figures. */
export interface StageFaults {
  figures: StageFigures
  undecodable: Pick<UndecodableRecords, 'count' | 'reasons' | 'witnesses'>
  objectFaults: readonly ObjectFault[]
  /** Deliveries without an id, a few. */
  unidentified: readonly Witness[]
  /** Values of sentStatus that evt does not know. */
  unknownStatuses: readonly { value: string; events: number }[]
}

type Said = Pick<Finding, 'severity' | 'count' | 'explain'> & { witnesses?: Witness[] }

/** What of a stage could not be used. */
export function stageFindings(stage: StageFaults, between: [string, string]): ReconcileFinding[] {
  const said = (kind: ReconcileKind, found: Said | null) =>
    found ? [{ type: null, source: null, witnesses: [], ...found, kind, between }] : []
  return [
    ...said('unreadable', unreadable(stage)),
    ...said('undecodable', undecodable(stage)),
    ...said('noIdentity', noIdentity(stage)),
    ...said('sentStatus', statuses(stage)),
  ]
}

function unreadable({ figures: { name }, objectFaults }: StageFaults): Said | null {
  if (objectFaults.length === 0) return null
  const texts = objectFaults.map(({ path, fault }) => `${path} ${fault.detail}`)
  const isLost = objectFaults.some(({ fault }) => isLoss(fault))
  const consequence = isLost
    ? 'What is missing in it looks lost, or was never sent.'
    : 'What was there when it was read counts.'
  return {
    severity: isLost ? 'fault' : 'warning',
    count: objectFaults.length,
    explain: `${name}: ${listed(texts)}. ${consequence}`,
  }
}

function undecodable({ figures, undecodable: { count, reasons, witnesses } }: StageFaults) {
  if (count === 0) return null
  const { name, read } = figures
  const list = [...reasons].map(([reason, each]) => `${countText(each)} ${reason}`)
  return {
    severity: 'fault' as const,
    count,
    explain:
      `${counted(count, 'record')} of ${name} (${shareText(count / read.records)}) could not be ` +
      `decoded: ${list.join(', ')}. Their events are missing on this side.`,
    witnesses: [...witnesses],
  }
}

function noIdentity({ figures, unidentified }: StageFaults): Said | null {
  const { name, withoutId: count, events } = figures
  if (count === 0) return null
  const has = count === 1 ? 'has' : 'have'
  const subject =
    count === events
      ? `No event of ${name} has an id`
      : `${counted(count, 'event')} of ${name} (${shareText(count / events)}) ${has} no id`
  return {
    severity: 'warning',
    count,
    explain:
      `${subject}: ${count === 1 ? 'it' : 'they'} cannot be found in another place, and ` +
      `${count === 1 ? 'is' : 'are'} in no figure. --map id=$.path says where it is.`,
    witnesses: [...unidentified],
  }
}

function statuses({ figures: { name }, unknownStatuses }: StageFaults): Said | null {
  const count = unknownStatuses.reduce((sum, { events }) => sum + events, 0)
  if (count === 0) return null
  const values = unknownStatuses.map(({ value }) => quoted(value))
  return {
    severity: 'note',
    count,
    explain:
      `The sending of ${counted(count, 'event')} of ${name} is taken as not acknowledged, by ` +
      `its status: ${listed(values, 5)}. --acknowledged says which words mean that it was.`,
  }
}

interface PairFacts {
  figures: PairFigures
  end: ReconcileEnd
  /** Identities whose id, without its source, is on both sides; null where nobody looked. */
  idsInCommon: number | null
}

/** Why figures of two stages cannot be claimed, or must not be trusted. */
export function pairFindings(
  { figures: { all }, end, idsInCommon }: PairFacts,
  between: [string, string],
): ReconcileFinding[] {
  const [from, to] = between
  const sent = all.get('sent')
  const said = (kind: ReconcileKind, found: Said | null) =>
    found ? [{ type: null, source: null, witnesses: [], ...found, kind, between }] : []
  const unjudged = all.matched - all.get('judged')
  const missing = all.get('lost') + all.get('inFlight')
  return [
    ...said('apart', apart(idsInCommon, between)),
    ...said(
      'endUnknown',
      end.by === null && missing > 0
        ? {
            severity: 'warning',
            count: missing,
            explain:
              `Nothing in ${to} has receivedAt or time: until when events could be received is ` +
              'not known, so none is called lost. --map receivedAt=$.path says where it is.',
          }
        : null,
    ),
    ...said(
      'endUnknown',
      end.by === 'time'
        ? {
            severity: 'warning',
            count: 1,
            explain:
              `Nothing in ${to} has receivedAt: its latest time, ${end.time}, is taken as the ` +
              'end. --map receivedAt=$.path says where it is.',
          }
        : null,
    ),
    ...said(
      'timeUnknown',
      sent > 0 && all.get('timed') === 0
        ? {
            severity: 'warning',
            count: sent,
            explain:
              `No event of ${from} has a time: grace cannot be told, so none is called lost or ` +
              'late. --map time=$.path says where it is.',
          }
        : null,
    ),
    ...said(
      'arrivalUnknown',
      unjudged > 0 && all.get('timed') > 0
        ? {
            severity: 'warning',
            count: unjudged,
            explain:
              `Of ${counted(unjudged, 'event')} that ${unjudged === 1 ? 'was' : 'were'} ` +
              `received, the time in ${from} or the first receivedAt in ${to} is not known: ` +
              'whether late cannot be told.',
          }
        : null,
    ),
  ]
}

function apart(idsInCommon: number | null, [from, to]: [string, string]): Said | null {
  if (idsInCommon === null) return null
  const hint =
    idsInCommon > 0
      ? `${counted(idsInCommon, 'id')} ${idsInCommon === 1 ? 'is' : 'are'} in both, of other ` +
        'sources: --identity id leaves sources out.'
      : 'Their ids differ: --map-sent id=$.path and --map-received id=$.path say where they are.'
  return {
    severity: 'fault',
    count: 1,
    explain: `No event of ${from} is in ${to}. ${hint}`,
  }
}
