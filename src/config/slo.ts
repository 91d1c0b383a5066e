import { EvtError } from '../errors.js'
import { parseDurationUs } from '../event/duration.js'

/** What is promised of what share of events, over how long. */
export interface Slo {
  /** As written, with single spaces. */
  readonly text: string
  /** Of one type: its source, empty where unsaid, and its name; null: of all. */
  readonly type: { readonly source: string; readonly type: string } | null
  /** 99.9 for `99.9%`. */
  readonly percent: number
  readonly good: GoodEvents
  readonly days: number
}

/** Which events are as promised. */
type GoodEvents =
  | { readonly kind: 'latency'; readonly limitMs: number }
  | { readonly kind: 'once' }
  | { readonly kind: 'inOrder' }

const hint = 'write 99.9% latency < 500ms over 28d, 99.99% once over 28d, or 99% in order over 7d'

/**
 * Reads `[SOURCE/TYPE: ]99.9% latency < 500ms over 28d`; in place of the latency, `once` is without
 * duplicates, and `in order` is not reordered.
 *
 * @throws EvtError `usage`
 */
export function parseSlo(written: string): Slo {
  const text = written.trim().replace(/\s+/g, ' ')
  const parts = /^(?:(.+): )?([\d.]+)% (latency < (\S+)|once|in order) over (\d+)d$/.exec(text)
  if (!parts) throw fault(`${JSON.stringify(text)} is no objective`)
  const [, of, share = '', what = '', limit, span = ''] = parts
  const percent = Number(share)
  const days = Number(span)
  // Of less, what burns the budget quickly is more than all events.
  if (!(percent >= 90 && percent < 100)) throw fault(`${share}% is not from 90% to below 100%`)
  if (days < 1 || days > 90) throw fault(`${span}d is not from 1d to 90d`)
  const good = goodOf(what, limit)
  const type = of === undefined ? null : typeOf(of)
  // CloudWatch has no dimension without a value, nor one outside of ASCII.
  if (type && !/^[\x20-\x7e]+$/.test(type.type)) throw fault(`${of} names no type`)
  if (type && !/^[\x20-\x7e]*$/.test(type.source)) throw fault(`${of} has no metrics in CloudWatch`)
  return { text, type, percent, good, days }
}

function goodOf(what: string, limit: string | undefined): GoodEvents {
  if (limit === undefined) return { kind: what === 'once' ? 'once' : 'inOrder' }
  const us = parseDurationUs(limit)
  if (us === undefined || us === 0) throw fault(`${limit} is no duration`)
  return { kind: 'latency', limitMs: us / 1_000 }
}

/** Sources may have slashes, types hardly: the last one counts. */
function typeOf(text: string): Slo['type'] {
  const slash = text.lastIndexOf('/')
  return { source: text.slice(0, Math.max(0, slash)), type: text.slice(slash + 1) }
}

function fault(message: string): EvtError {
  return new EvtError(message, { code: 'usage', hint })
}
