import type { PersonalKind } from '../privacy/personal-values.js'
import type { ProposeResult } from '../privacy/propose.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { bytesText, countText } from './numbers.js'
import { safeText } from './safe-text.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'

const columns: readonly Column[] = [
  { title: 'events', align: 'right' },
  { title: 'at', align: 'left', shrinkTo: 32 },
  { title: 'looks like', align: 'left', shrinkTo: 20 },
  { title: 'share', align: 'right' },
  { title: 'masked', align: 'left', shrinkTo: 16 },
  { title: '', align: 'left' },
]

const words: Readonly<Record<PersonalKind, string>> = {
  ...{ email: 'e-mail', phone: 'phone number', iban: 'IBAN', card: 'card number' },
  ...{ nationalId: 'national id', ip: 'IP address', name: 'name', birthDate: 'date of birth' },
  ...{ address: 'address', freeText: 'free text' },
}

/** What should be hidden, and the lines for evt.yaml; without a line end. */
export function renderPropose(
  result: ProposeResult,
  format: 'text' | 'json',
  style: TextStyle,
): string {
  if (format === 'json')
    return jsonText({ ...result, fields: result.fields.map((one) => ({ ...one })) })
  const { fields, looked, searched, partial, redact } = result
  const read = `${counted(searched.objects, 'object')}, ${bytesText(searched.bytes)} read`
  const of = `${counted(looked, 'event')} of ${countText(searched.events)} looked at`
  const head = `${counted(fields.length, 'field')} of personal data, probably   ${of}   ${read}`
  const rows = fields.map(({ events, path, kinds, share, example, isHidden }) =>
    [
      countText(events),
      path,
      kinds.map((kind) => words[kind]).join(', '),
      `${Math.round(share * 100)}%`,
      example,
      isHidden ? 'hidden already' : '',
    ].map((text) => ({ text: safeText(text) })),
  )
  const lines = [
    `${head}${partial ? '   partial !' : ''}`,
    ...(rows.length === 0 ? [] : ['', ...usedLines(columns, rows, style)]),
    ...(result.leftOut.values === 0 ? [] : ['', leftOutText(result.leftOut.values)]),
    ...(fields.some(({ isHidden }) => !isHidden) ? ['', ...snippet(redact)] : []),
  ]
  const text = lines.join('\n')
  return style.unicode ? text : asciiText(text)
}

function leftOutText(values: number): string {
  return `${counted(values, 'value')} not looked at: they stand at more than 20,000 paths !`
}

function snippet(redact: readonly string[]): string[] {
  return [
    'in evt.yaml, what you agree with; what names and values do not tell is not found',
    'privacy:',
    '  redact:',
    ...redact.map((path) => `    - ${safeText(JSON.stringify(path))}`),
  ]
}
