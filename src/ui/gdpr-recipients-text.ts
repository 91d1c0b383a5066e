import type { AcknowledgeResult } from '../privacy/acknowledge.js'
import type { Recipients } from '../privacy/recipients.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import { commandText } from './shell-quote.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'

const columns: readonly Column[] = [
  { title: 'recipient', align: 'left', shrinkTo: 32 },
  { title: 'events', align: 'right' },
  { title: 'types', align: 'left', shrinkTo: 24 },
  { title: '', align: 'left' },
]
const answerColumns: readonly Column[] = [
  { title: 'recipient', align: 'left', shrinkTo: 32 },
  { title: 'answer', align: 'left' },
  { title: 'at', align: 'left' },
]

/** Who was sent events of the subject. */
export function recipientLines(recipients: Recipients, style: TextStyle): string[] {
  const { consumers, unrouted, topology } = recipients
  const rows = consumers.map(({ id, events, types, how }) =>
    [id, countText(events), types.join(', '), how === 'possible' ? 'perhaps' : ''].map((text) => ({
      text: safeText(text),
    })),
  )
  const nobody = unrouted === 0 ? [] : [`${counted(unrouted, 'event')} for nobody there`]
  const by = `by ${safeText(topology.join(', '))}`
  if (rows.length === 0) return [`no recipients ${by}`]
  return [...usedLines(columns, rows, style), ...nobody]
}

/** Who has answered that somebody was erased; without a line end. */
export function renderAcknowledged(
  result: AcknowledgeResult,
  format: 'text' | 'json',
  style: TextStyle,
): string {
  if (format === 'json') return jsonText({ ...result })
  const { bundle, recipients, others, answered, missing, added } = result
  const all = recipients.length === 0 ? '' : ` of ${counted(recipients.length, 'recipient')}`
  const answers = recipients.length === 0 ? others.length : answered
  const strangers = others.map(({ name, ...one }) => ({ ...one, id: name ?? one.id }))
  const rows = [...recipients, ...strangers].map(({ id, status, at }) => [
    { text: safeText(id) },
    { text: status === null ? 'none yet' : words[status], wrong: isOpen(status) },
    { text: at ?? '' },
  ])
  const lines = [
    `${safeText(bundle)}   ${countText(answers)}${all} answered   ${counted(added, 'new answer')}`,
    ...(rows.length === 0 ? [] : ['', ...usedLines(answerColumns, rows, style)]),
    ...(missing.length === 0 ? [] : ['', `${counted(missing.length, 'answer')} missing`]),
    '',
    `next  ${commandText(['evt', 'gdpr', 'verify', bundle])}`,
  ]
  const text = lines.join('\n')
  return style.unicode ? text : asciiText(text)
}

type Status = AcknowledgeResult['recipients'][number]['status']

const words: Readonly<Record<NonNullable<Status>, string>> = {
  ...{ erased: 'erased', notFound: 'has nothing', refused: 'refused', other: 'something else' },
}

function isOpen(status: Status): boolean {
  return status !== 'erased' && status !== 'notFound'
}
