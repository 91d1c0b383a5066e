import { nextLines } from './next-lines.js'
import { bytesText, countText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { tableLines } from './table.js'

/** What `evt generate` reports, as far as it is shown. */
export interface GeneratedText {
  readonly to: string
  readonly objects: number
  readonly bytes: number
  readonly records: number
  /** What was planted; zero and null are left out. */
  readonly planted: Readonly<Record<string, number | string | null>>
}

const words: Readonly<Record<string, readonly [string, string]>> = {
  duplicates: ['duplicates', 'arrive again under their id'],
  redeliveries: ['redeliveries', 'the same SQS message, received again'],
  replays: ['replays', 'sent again by EventBridge'],
  conflicts: ['conflicts', 'arrive again with another payload'],
  publishedTwice: ['published twice', 'the same content under a second id'],
  reordered: ['reordered', 'held back behind later events of their key'],
  alsoReordered: ['', 'behind later ones without that'],
  lost: ['lost', 'never arrive; their sequence has gaps'],
  skewed: ['skewed', 'arrive before the time they carry'],
  undecodable: ['undecodable', 'broken records between the good ones'],
  silentType: ['silent type', 'sends nothing in the second half'],
  silentHour: ['silent hour', 'nothing arrives from then on for an hour'],
}

/** Where it is, what was planted, and the next command to type. */
export function generateText(result: GeneratedText, style: TextStyle): string {
  const { to, objects, bytes, records } = result
  const files = `${countText(objects)} ${objects === 1 ? 'file' : 'files'}`
  const size = `${files}, ${bytesText(bytes)}, ${countText(records)} records`
  const rows = Object.entries(words).flatMap(([field, [name, what]]) => {
    const value = result.planted[field] ?? 0
    if (value === 0) return []
    const text = typeof value === 'number' ? countText(value) : safeText(value)
    return [[{ text: name }, { text }, { text: what }]]
  })
  const columns = [
    { title: 'planted', align: 'left' },
    { title: '', align: 'right' },
    { title: '', align: 'left', shrinkTo: 20 },
  ] as const
  const parts = [
    [`wrote ${safeText(to)}: ${size}, truth.json, evt.yaml`],
    rows.length === 0 ? ['nothing is planted: no faults'] : tableLines(columns, rows, style),
    nextLines([['evt', 'stats', to]], style),
  ]
  return paragraphs(parts, style)
}
