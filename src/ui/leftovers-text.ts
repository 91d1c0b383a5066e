import type { Leftover } from '../leftovers/leftover.js'
import type { GcRun, Listed, Outcome } from '../leftovers/run.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { bytesText } from './numbers.js'
import { safeText } from './safe-text.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'
import { momentText } from './times.js'

const columns: readonly Column[] = [
  { title: 'kind', align: 'left' },
  { title: 'name', align: 'left' },
  { title: 'of', align: 'left', shrinkTo: 24 },
  { title: 'owner', align: 'left', shrinkTo: 24 },
  { title: 'expires', align: 'left' },
  { title: 'size', align: 'right' },
]

/** What was found, before anything is removed; without a line end. */
export function foundText({ where, listed, faults }: GcRun, style: TextStyle): string {
  if (listed.length === 0) {
    const so = faults.length === 0 ? 'is left over' : 'was found, as far as it could be looked for'
    return `${safeText(where)}: nothing of evt ${so}`
  }
  const rows = listed.map(({ leftover }) => {
    const { kind, name, of, owner, sizeBytes } = leftover
    const size = sizeBytes === undefined ? '' : bytesText(sizeBytes)
    const texts = [kind, name, of ?? '', owner ?? '', expiryText(leftover, style), size]
    return texts.map((text) => ({ text: safeText(text) }))
  })
  const text = [safeText(where), '', ...usedLines(columns, rows, style)].join('\n')
  return style.unicode ? text : asciiText(text)
}

function expiryText(leftover: Leftover, { timeZone }: TextStyle): string {
  const { kind, expiresMs, isExpired } = leftover
  if (expiresMs === null) return kind === 'subscription' ? 'its queue is gone' : ''
  const at = momentText(isoOf(expiresMs), timeZone, 5)
  return isExpired ? `expired ${at}` : at
}

/** What became of it, on one line. */
export function outcomeText({ listed }: GcRun): string {
  const count = (outcome: Outcome) => listed.filter((each) => each.outcome === outcome).length
  const parts = [
    [count('removed'), 'removed'],
    [count('failed'), 'could not be removed'],
    [count('found'), 'to remove'],
    [count('kept'), 'not expired: --all removes them, too, also under who uses them'],
  ] as const
  return parts.flatMap(([n, what]) => (n === 0 ? [] : `${n} ${what}`)).join(', ')
}

/** The question before anything is removed. */
export function removeQuestion(run: GcRun): string {
  const chosen = run.listed.filter(({ outcome }) => outcome === 'found')
  return `remove ${counted(chosen.length, 'leftover')}?`
}

/** `evt.gc/1`. */
export function gcJson({ where, listed, faults }: GcRun): string {
  return jsonText({
    ...{ schema: 'evt.gc/1', where, found: listed.map(jsonOf) },
    faults: faults.map(({ message, hint }) => ({ message, hint: hint ?? null })),
  })
}

function jsonOf({ leftover, outcome }: Listed) {
  const { kind, name, of, owner, sizeBytes = null, expiresMs, isExpired } = leftover
  const expiresAt = expiresMs === null ? null : isoOf(expiresMs)
  return { kind, name, of, owner, sizeBytes, expiresAt, expired: isExpired, outcome }
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
