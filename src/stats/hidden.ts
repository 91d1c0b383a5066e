import { REDACTED } from '../event/redact.js'
import { type Hidden, isReadFrom } from '../questions/hidden-sql.js'
import type { Witness } from './result.js'

const fields = ['id', 'key', 'sequence'] as const

/** Findings whose witnesses tell nothing that was read from a hidden place. What could not be
 * decoded may hold anything: its first bytes are hidden, too. */
export function shownFindings<T extends { witnesses: Witness[] }>(
  findings: readonly T[],
  hidden: Hidden,
): T[] {
  if (hidden.paths.length === 0) return [...findings]
  const read = fields.filter((field) => isReadFrom(field, hidden))
  const shown = (witness: Witness): Witness => {
    const own = read.filter((field) => (witness[field] ?? null) !== null)
    return {
      ...witness,
      ...Object.fromEntries(own.map((field) => [field, REDACTED])),
      ...(witness.head !== undefined && { head: REDACTED }),
    }
  }
  return findings.map((finding) => ({ ...finding, witnesses: finding.witnesses.map(shown) }))
}
