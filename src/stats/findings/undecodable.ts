import { Buffer } from 'node:buffer'
import type { Undecodable } from '../../event/event.js'
import type { Witness } from '../result.js'
import type { Counted, Draft } from './finding.js'
import { counted, countText, shareText } from './phrases.js'

const MAX_WITNESSES = 5

/** Records that could not be decoded, by reason. */
export function undecodables({ loaded }: Counted): Draft[] {
  const { undecodable: count, undecodableReasons, records } = loaded
  if (count === 0) return []
  const reasons = [...undecodableReasons].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const [only] = reasons
  const list =
    only && reasons.length === 1
      ? `${count === 1 ? '' : 'all '}${only[0]}`
      : reasons.map(([reason, each]) => `${countText(each)} ${reason}`).join(', ')
  return [
    {
      kind: 'undecodable',
      type: null,
      source: null,
      severity: 'fault',
      count,
      weight: count,
      explain:
        `${counted(count, 'record')} could not be decoded ` +
        `(${shareText(count / records)}): ${list}.`,
      witnesses: chosen(loaded.undecodables).map(witness),
    },
  ]
}

/** The first of each reason, then the first of all. */
function chosen(kept: readonly Undecodable[]): Undecodable[] {
  const seen = new Set<string>()
  const firsts = kept.filter(({ reason }) => !seen.has(reason) && seen.add(reason))
  const rest = kept.filter((each) => !firsts.includes(each))
  return [...firsts, ...rest].slice(0, MAX_WITNESSES)
}

function witness({ position, reason, detail, head }: Undecodable): Witness {
  return { position, reason, role: detail, head: Buffer.from(head).toString('utf8') }
}
