import { differenceOf } from '../../event/canonical.js'
import { deliveryParts } from '../../event/delivery-parts.js'
import type { EventRecord } from '../../event/event.js'
import type { JsonPath } from '../../event/json-path.js'
import { pathText } from '../../event/json-path.js'
import type { Unread } from './contents.js'
import { about, type Draft, type Evidence, type FindingRow } from './finding.js'
import { bytesText, counted, nameOf } from './phrases.js'

/** One identity that was delivered with different payloads. */
export function conflicts(evidence: Evidence): Draft[] {
  const { contents, rows, rowOf } = evidence
  const byRow = new Map<number, [number, number][]>()
  for (const pair of contents.conflicts) {
    const row = rowOf(pair[0])
    byRow.set(row, [...(byRow.get(row) ?? []), pair])
  }
  const found = rows.flatMap((row) => {
    const pairs = byRow.get(row.number)
    return pairs ? [draftOf(evidence, row, pairs)] : []
  })
  return contents.repeatsUnread ? [...found, unreadNote(contents.repeatsUnread)] : found
}

function draftOf(evidence: Evidence, row: FindingRow, pairs: [number, number][]): Draft {
  const count = pairs.length
  const explain =
    `${counted(count, 'id')} of ${nameOf(row)} came with different payloads: ` +
    'which of them a consumer takes for the event depends on which it saw first.'
  return {
    kind: 'conflict',
    ...about(row),
    severity: 'fault',
    count,
    weight: count,
    explain,
    proof: {
      groups: [],
      others: pairs.slice(0, evidence.considered),
      most: 2,
      fields: ['id', 'key', 'receivedAt'],
      show: (_, [first, other]) => [{ role: 'first' }, { role: differenceText(first, other) }],
    },
  }

  function differenceText(a: EventRecord | undefined, b: EventRecord | undefined): string {
    if (!a || !b) return 'differs'
    const { mapping } = evidence
    const leftOut = [deliveryParts(a, mapping), deliveryParts(b, mapping)] as const
    const path = differenceOf(a.payload, b.payload, leftOut)
    return path ? `differs at ${pathText([...payloadPath(b), ...path])}` : 'differs'
  }
}

/** Where the payload is in its document. */
function payloadPath({ document, payload }: EventRecord): JsonPath {
  if (payload === document) return []
  const key = Object.keys(document).find((name) => document[name] === payload)
  return key === undefined ? [] : [key]
}

function unreadNote(unread: Unread): Draft {
  const count = unread.deliveries ?? 0
  const what = count === 1 ? 'The payload of the repeated delivery was' : `${payloads(count)} were`
  return {
    kind: 'conflict',
    type: null,
    source: null,
    severity: 'note',
    count,
    weight: count,
    explain: `${what} not compared${reasonText(unread)}`,
  }
}

function payloads(count: number): string {
  return `The payloads of ${counted(count, 'delivery', 'deliveries')} with repeated ids`
}

/** Why contents were not read again, and what to do about it: the end of a sentence. */
export function reasonText({ reason, storedBytes }: Unread): string {
  switch (reason) {
    case 'size':
      return `, since ${bytesText(storedBytes)} would be read once more: --content does it.`
    case 'once':
      return ': standard input cannot be read twice. Save it to a file and measure that.'
    case 'many':
      return ': too many came again. Narrow the selection to compare them.'
    case 'close':
      return ': too many are too close together. Map a key and a sequence, or narrow the selection.'
  }
}
