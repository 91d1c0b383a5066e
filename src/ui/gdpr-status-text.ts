import type { StatusResult } from '../privacy/status.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { safeText } from './safe-text.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'

const columns: readonly Column[] = [
  { title: 'due', align: 'left' },
  { title: 'state', align: 'left' },
  { title: 'right', align: 'left' },
  { title: 'received', align: 'left' },
  { title: 'done', align: 'left' },
  { title: 'file', align: 'left', shrinkTo: 32 },
]

/** What was asked for, and what is due; without a line end. */
export function renderStatus(
  result: StatusResult,
  format: 'text' | 'json',
  style: TextStyle,
): string {
  const { requests, overdue, erased, withdrawn, register } = result
  if (format === 'json') {
    return jsonText({ ...result, requests: requests.map((one) => ({ ...one })) })
  }
  const open = requests.filter(({ state }) => state === 'open' || state === 'overdue').length
  const all = `${counted(requests.length, 'request')}, ${open} open, ${overdue} overdue`
  const rows = requests.map(({ dueAt, state, right, receivedAt, doneAt, file }) => [
    { text: dayOf(dueAt) },
    { text: state, wrong: state === 'overdue' || state === 'done late' },
    ...[right, dayOf(receivedAt), doneAt === null ? '' : dayOf(doneAt), safeText(file)].map(
      (text) => ({ text }),
    ),
  ])
  const undone = withdrawn === 0 ? '' : `, ${withdrawn} withdrawn`
  const lines = [
    `${all}   ${counted(erased, 'identifier')} erased${undone}`,
    '',
    ...usedLines(columns, rows, style),
    '',
    `register  ${safeText(register)}`,
  ]
  const text = lines.join('\n')
  return style.unicode ? text : asciiText(text)
}

function dayOf(time: string): string {
  return time.slice(0, 10)
}
