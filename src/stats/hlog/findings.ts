import { compareText } from '../../event/sequence.js'
import type { Finding, Witness } from '../result.js'
import { type MergedRow, unitsPerMs } from './merged.js'

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
  assumed: ReadonlySet<string>
  /** What logs say of themselves. */
  notes: readonly { path: string; text: string }[]
}

const MAX_WITNESSES = 5
const MAX_NAMED = 3
const whole = { type: null, source: null } as const

export function logFindings(evidence: LogEvidence): Finding[] {
  return [brokenLines, precisions, notes, units].flatMap((part) => part(evidence))
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
  const named = totals.map(({ histogram, unit }) => {
    const { digits, unitMagnitude } = histogram
    const width = `${2 ** unitMagnitude} ${unit === 'us' ? 'µs' : unit}`
    return `${digits} significant digit${digits === 1 ? '' : 's'} from ${width}`
  })
  const list = `${named.slice(0, -1).join(', ')} and ${named.at(-1)}`
  return [
    {
      ...{ kind: 'precision', ...whole, severity: 'warning', count: totals.length },
      explain:
        `The rows are of different precision, ${list}: added up they would answer for none of ` +
        'them. Each has rows of its own, and there is no total.',
      witnesses: [],
    },
  ]
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
  if (assumed.size === 0) return []
  const paths = [...assumed].sort(compareText)
  const more = paths.length - MAX_NAMED
  const named = paths.slice(0, MAX_NAMED).join(', ') + (more > 0 ? `, and ${more} more` : '')
  const does = paths.length === 1 ? 'does' : 'do'
  const known = Object.keys(unitsPerMs).join(', ')
  return [
    {
      ...{ kind: 'unit', ...whole, severity: 'warning', count: paths.length },
      explain:
        `${named} ${does} not say the unit of the values: microseconds are assumed. ` +
        `--unit says another (${known}).`,
      witnesses: [],
    },
  ]
}
