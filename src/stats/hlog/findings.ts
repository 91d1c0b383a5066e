import { compareText } from '../../event/sequence.js'
import type { PercentileTable } from '../../meters/percentile-table.js'
import type { Finding, Witness } from '../result.js'
import { type MergedRow, unitsPerMs } from './merged.js'
import { openPercentiles } from './table-latency.js'

/** A line of a log that could not be read; `fault` follows its name. */
export interface BrokenLine {
  path: string
  line: number
  fault: string
  head: string
}

interface LogEvidence {
  broken: readonly BrokenLine[]
  brokenCount: number
  totals: readonly MergedRow[]
  /** The unit that was assumed, by path. */
  assumed: ReadonlyMap<string, string>
  /** What logs say of themselves. */
  notes: readonly { path: string; text: string }[]
}

const MAX_WITNESSES = 5
const MAX_NAMED = 3
const whole = { type: null, source: null } as const

export function logFindings(evidence: LogEvidence): Finding[] {
  return [brokenLines, precisions, steps, notes, units].flatMap((part) => part(evidence))
}

function brokenLines({ broken, brokenCount: count }: LogEvidence): Finding[] {
  if (count === 0) return []
  const one = count === 1
  const lines = one ? '1 line' : `${count.toLocaleString('en')} lines`
  return [
    {
      ...{ kind: 'undecodable', ...whole, severity: 'fault', count },
      explain: `${lines} could not be read and ${one ? 'is' : 'are'} in no figure.`,
      witnesses: firstOfEach(broken).map(witness),
    },
  ]
}

/** The first of each fault, then the first of all. */
function firstOfEach(broken: readonly BrokenLine[]): BrokenLine[] {
  const seen = new Set<string>()
  const firsts = broken.filter(({ fault }) => !seen.has(fault) && seen.add(fault))
  const rest = broken.filter((line) => !firsts.includes(line))
  return [...firsts, ...rest].slice(0, MAX_WITNESSES)
}

function witness({ path, line, fault, head }: BrokenLine): Witness {
  return { position: { path, record: line }, role: fault, head }
}

/** Histograms whose buckets differ are never added: each precision has rows of its own. */
function precisions({ totals }: LogEvidence): Finding[] {
  if (totals.length < 2) return []
  const named = totals.map(({ histogram, tables, unit }) => {
    const { digits, unitMagnitude } = histogram
    const width = `${2 ** unitMagnitude} ${unit === 'us' ? 'µs' : unit}`
    const precision = `${digits} significant digit${digits === 1 ? '' : 's'} from ${width}`
    return tables.length === 0 ? precision : `${precision} in steps of a percentile table`
  })
  return [
    {
      ...{ kind: 'precision', ...whole, severity: 'warning', count: totals.length },
      explain:
        `The rows are of different precision, ${listed(named)}: added up they would answer for ` +
        'none of them. Each has rows of its own, and there is no total.',
      witnesses: [],
    },
  ]
}

/** What percentile tables cannot tell. */
function steps({ totals }: LogEvidence): Finding[] {
  return totals.flatMap(({ tables, unit }) => {
    if (tables.length === 0) return []
    const perMs = unitsPerMs[unit]
    const open = openPercentiles(tables).map(
      ({ name, low, high }) => `${name} (${low / perMs} to ${high / perMs} ms)`,
    )
    const are = open.length === 1 ? 'lies' : 'lie'
    const unknown = open.length === 0 ? '' : ` ${listed(open)} ${are} between two rows.`
    return {
      ...{ kind: 'precision', ...whole, severity: 'warning', count: tables.length },
      explain:
        'A percentile table tells how many values lie between two of its rows, not where.' +
        unknown +
        momentsSaid(tables),
      witnesses: [],
    }
  })
}

function momentsSaid(tables: readonly PercentileTable[]): string {
  if (tables.every(({ figures }) => figures.mean === null)) return ''
  const those = tables.length === 1 ? 'those that it states' : 'made of those that they state'
  return ` Mean and stddev are ${those}.`
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join() : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

/** A log by evt that is not of all events says so. */
function notes({ notes: all }: LogEvidence): Finding[] {
  if (all.length === 0) return []
  const shown = all.slice(0, MAX_NAMED).map(({ path, text }) => `${path} (${text})`)
  const more = all.length > MAX_NAMED ? `, and ${all.length - MAX_NAMED} more` : ''
  return [
    {
      ...{ kind: 'coverage', ...whole, severity: 'warning', count: all.length },
      explain: `What was measured is not all there is: ${shown.join(', ')}${more}.`,
      witnesses: [],
    },
  ]
}

function units({ assumed }: LogEvidence): Finding[] {
  const known = Object.keys(unitsPerMs).join(', ')
  return [...new Set(assumed.values())].sort().map((unit) => {
    const all = [...assumed].flatMap(([path, of]) => (of === unit ? [path] : []))
    const paths = all.sort(compareText)
    const more = paths.length - MAX_NAMED
    const named = paths.slice(0, MAX_NAMED).join(', ') + (more > 0 ? `, and ${more} more` : '')
    const does = paths.length === 1 ? 'does' : 'do'
    return {
      ...{ kind: 'unit', ...whole, severity: 'warning', count: paths.length },
      explain:
        `${named} ${does} not say the unit of the values: ${unit} are assumed. ` +
        `--unit says another (${known}).`,
      witnesses: [],
    }
  })
}
