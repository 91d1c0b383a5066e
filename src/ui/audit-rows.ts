import type { AuditEvent, AuditGap, AuditResult } from '../audit/result.js'
import { countText } from './numbers.js'
import { parsedMs } from './times.js'

/** An event of a timeline as people read it. */
export interface AuditRow {
  readonly event: AuditEvent
  /** When it happened, else arrived. */
  readonly at: string | null
  /** Until it arrived. */
  readonly latencyMs: number | null
  /** What is to be seen at it, in words. */
  readonly marks: readonly string[]
  /** The event that caused it: its place among these, else its id. */
  readonly cause: string | null
  /** What the counter lacks before it, in words. */
  readonly missing: string | null
}

/** The events in their order, from row 1 on. */
export function auditRows({ events, gaps }: Pick<AuditResult, 'events' | 'gaps'>): AuditRow[] {
  const places = new Map<string, number>()
  for (const [n, { id }] of events.entries()) if (id !== null && !places.has(id)) places.set(id, n)
  const open = new Map(gaps.map((gap) => [String(gap.before), gap]))
  return events.map((event) => {
    const { time, receivedAt, causationId, flags, sequence } = event
    const gap = flags.includes('gapBefore') ? open.get(sequence ?? '') : undefined
    if (gap) open.delete(String(gap.before))
    const [from, to] = [parsedMs(time), parsedMs(receivedAt)]
    const place = places.get(causationId ?? '')
    return {
      event,
      at: time ?? receivedAt,
      latencyMs: from === null || to === null ? null : to - from,
      marks: marksOf(event),
      cause: place === undefined ? causationId : `row ${place + 1}`,
      missing: gap ? gapText(gap) : null,
    }
  })
}

const flagWords = {
  ...{ late: 'late', reordered: 'reordered', replay: 'replay', gapBefore: '' },
  conflict: 'copies differ',
} as const

/** Of a gap the row before says more. */
function marksOf({ flags, deliveries }: AuditEvent): string[] {
  const times = deliveries === 2 ? 'twice' : `${countText(deliveries)} times`
  const words = flags.map((flag) => flagWords[flag]).filter((word) => word !== '')
  return deliveries === 1 ? words : [...words, times]
}

function gapText({ after, before }: AuditGap): string {
  const [first, last] = [BigInt(after) + 1n, BigInt(before) - 1n]
  return first === last ? `${first} is missing` : `${first} to ${last} are missing`
}
