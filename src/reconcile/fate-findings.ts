import type { Duckdb } from '../engines/duckdb.js'
import { counted, countText, durationText, nameOf, shareText } from '../stats/findings/phrases.js'
import type { Finding, Witness } from '../stats/result.js'
import type { Counts } from './counts.js'
import type { Shown } from './examples.js'
import type { KindCounts } from './figures.js'
import { type Kinds, sameKind } from './kinds.js'
import { type ProofPlaces, proofsOf } from './proofs.js'
import type { ReconcileFinding } from './result.js'

/** What two stages are called, and by what they are judged. */
export interface Between {
  from: number
  to: number
  names: [string, string]
  graceUs: number
}

interface Fate {
  kind: Shown
  severity: Finding['severity']
  count(counts: Counts): number
  explain(row: KindCounts, between: Between): string
}

/** Further kinds of a fate are told together. */
const MOST_KINDS = 10

const fates: readonly Fate[] = [
  {
    kind: 'lost',
    severity: 'fault',
    count: (counts) => counts.get('lost'),
    explain: ({ counts, ...kind }, { names }) => {
      const [lost, unsure] = [counts.get('lost'), counts.get('lostUnacknowledged')]
      const sending = lost === 1 ? 'its sending' : `the sending of ${countText(unsure)}`
      const own = unsure === 0 ? '' : `; ${sending} was not acknowledged`
      return `${ofSent(lost, counts, kind)} ${was(lost)} ${only(names)}${own}.`
    },
  },
  {
    kind: 'unexpected',
    severity: 'fault',
    count: (counts) => counts.get('unexpected'),
    explain: ({ counts, ...kind }, { names: [from, to] }) => {
      const count = counts.get('unexpected')
      const events = `${counted(count, 'event')} of ${nameOf(kind)}`
      return `${events} ${was(count)} ${only([to, from])}.`
    },
  },
  {
    kind: 'duplicated',
    severity: 'fault',
    count: (counts) => counts.get('duplicated'),
    explain: ({ counts, ...kind }, { names: [, to] }) => {
      const count = counts.get('duplicated')
      const its = count === 1 ? 'its event' : 'their events'
      const deliveries = `${counted(count, 'delivery', 'deliveries')} of ${nameOf(kind)}`
      return `${deliveries} in ${to} ${was(count)} not the first of ${its}.`
    },
  },
  {
    kind: 'late',
    severity: 'fault',
    count: (counts) => counts.get('late'),
    explain: ({ counts, ...kind }, { graceUs, names: [, to] }) => {
      const late = counts.get('late')
      const share = shareText(late / Math.max(1, counts.get('judged')))
      const events = `${counted(late, 'event')} of ${nameOf(kind)} (${share})`
      const its = late === 1 ? 'its time' : 'their times'
      const came = to === 'received' ? `${was(late)} received` : `came to ${to}`
      return `${events} ${came} later than ${durationText(graceUs / 1_000)} after ${its}.`
    },
  },
  {
    kind: 'recovered',
    severity: 'warning',
    count: (counts) => counts.get('recovered'),
    explain: ({ counts, ...kind }) => {
      const count = counts.get('recovered')
      const events = `${counted(count, 'event')} of ${nameOf(kind)}`
      return `${events} ${was(count)} received although the sending was not acknowledged.`
    },
  },
  {
    kind: 'skew',
    severity: 'fault',
    count: (counts) => counts.get('skewed'),
    explain: ({ counts, ...kind }) => {
      const count = counts.get('skewed')
      const leastMs = -(counts.leastTookUs ?? 0) / 1_000
      const events = `${counted(count, 'event')} of ${nameOf(kind)}`
      return (
        `${events} ${was(count)} received before ${count === 1 ? 'it was' : 'they were'} sent: ` +
        `the clocks differ by ${durationText(leastMs)} at least, and what is late may be wrong ` +
        'by as much.'
      )
    },
  },
  {
    kind: 'timeUnknown',
    severity: 'warning',
    count: (counts) => counts.get('untimedMissing'),
    explain: ({ counts, ...kind }, { names: [from] }) => {
      const count = counts.get('untimedMissing')
      const [has, it] = count === 1 ? ['has', 'it counts'] : ['have', 'they count']
      return (
        `${counted(count, 'event')} of ${nameOf(kind)} that ${was(count)} not received ${has} no ` +
        `time in ${from}: whether grace is over cannot be told, so ${it} as in flight. ` +
        '--map time=$.path says where it is.'
      )
    },
  },
  {
    kind: 'inFlight',
    severity: 'note',
    count: (counts) => counts.get('inFlight') - counts.get('untimedMissing'),
    explain: ({ counts, ...kind }, { graceUs }) => {
      const count = counts.get('inFlight') - counts.get('untimedMissing')
      const events = `${counted(count, 'event')} of ${nameOf(kind)}`
      const it = count === 1 ? 'it is' : 'they are'
      return (
        `${events} ${was(count)} not received, but sent less than ` +
        `${durationText(graceUs / 1_000)} before the end: whether ${it} lost cannot be told yet.`
      )
    },
  },
  {
    kind: 'sentAgain',
    severity: 'note',
    count: (counts) => counts.sentAgain,
    explain: ({ counts: { sentAgain }, ...kind }, { names: [from] }) =>
      `${counted(sentAgain, 'entry', 'entries')} of ${nameOf(kind)} in ${from} ${was(sentAgain)} ` +
      'there before: an event counts as sent once.',
  },
]

/** Says of each kind what became of its events, the most frequent first, with witnesses. */
export async function fateFindings(
  duckdb: Duckdb,
  rows: readonly KindCounts[],
  { between, kinds, places }: { between: Between; kinds: Kinds; places: ProofPlaces },
): Promise<ReconcileFinding[]> {
  const findings: ReconcileFinding[] = []
  for (const fate of fates) {
    const having = rows.filter(({ counts }) => fate.count(counts) > 0)
    if (having.length === 0) continue
    having.sort((a, b) => fate.count(b.counts) - fate.count(a.counts))
    const proofs = await proofsOf(duckdb, fate.kind, between, places)
    const witnessesOf = (row: KindCounts) => [
      ...[...proofs].flatMap(([kind, found]) => (sameKind(kinds.of(kind), row) ? found : [])),
    ]
    for (const row of having.slice(0, MOST_KINDS)) {
      findings.push(findingOf(fate, row, { between, witnesses: witnessesOf(row) }))
    }
    const others = having.slice(MOST_KINDS)
    if (others.length > 0) findings.push(restOf(fate, others, between))
  }
  return findings
}

function findingOf(
  fate: Fate,
  row: KindCounts,
  { between, witnesses }: { between: Between; witnesses: Witness[] },
): ReconcileFinding {
  const { type, source, counts } = row
  return {
    ...{ kind: fate.kind, type, source, severity: fate.severity, count: fate.count(counts) },
    ...{ between: between.names, explain: fate.explain(row, between), witnesses },
  }
}

function restOf(fate: Fate, rows: readonly KindCounts[], between: Between): ReconcileFinding {
  const count = rows.reduce((sum, { counts }) => sum + fate.count(counts), 0)
  const types = counted(rows.length, 'more type')
  const explain = `${types} with ${counted(count, 'event')} of this: see the table.`
  return {
    ...{ kind: fate.kind, type: null, source: null, severity: fate.severity, count },
    ...{ between: between.names, explain, witnesses: [] },
  }
}

/** What was in the first place alone. */
function only([there, absent]: readonly [string, string]): string {
  const isPlain = [there, absent].sort().join() === 'received,sent'
  return isPlain ? `${there} and never ${absent}` : `in ${there} and never in ${absent}`
}

const was = (count: number) => (count === 1 ? 'was' : 'were')

function ofSent(count: number, counts: Counts, kind: { type: string; source: string }): string {
  const share = shareText(count / Math.max(1, counts.get('sent')))
  return `${counted(count, 'event')} of ${nameOf(kind)} (${share})`
}
