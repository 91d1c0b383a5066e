import type { DlqResult, LetterGroup } from '../dlq/result.js'
import { dlqText } from './dlq-text.js'
import { markdownText } from './markdown.js'
import { jsonText } from './stats-json.js'
import { ended } from './stats-output.js'
import type { TextStyle } from './style.js'
import type { Tabular, TabularColumn } from './tabular.js'

type DlqFormat = 'text' | 'json' | 'markdown'

/** The result as it goes to stdout, its last line end included. */
export function renderDlq(result: DlqResult, format: DlqFormat, style: TextStyle): string {
  switch (format) {
    case 'text':
      return ended(dlqText(result, style))
    case 'json':
      return ended(jsonText(result))
    case 'markdown':
      return ended(markdownText(tabular(result)))
  }
}

const columns: readonly TabularColumn[] = [
  { name: 'messages', type: 'integer' },
  { name: 'type', type: 'text' },
  { name: 'source', type: 'text' },
  { name: 'code', type: 'text' },
  { name: 'message', type: 'text' },
  { name: 'condition', type: 'text' },
  { name: 'rule', type: 'text' },
  { name: 'target', type: 'text' },
  { name: 'from', type: 'text' },
  { name: 'receivesLeast', type: 'integer' },
  { name: 'receivesMost', type: 'integer' },
  { name: 'oldest', type: 'time' },
  { name: 'newest', type: 'time' },
]

/** One row for messages that failed alike, without the columns that say nothing. */
function tabular({ schema, asOf, partial, groups }: DlqResult): Tabular {
  const rows = groups.map(rowOf)
  const isUsed = columns.map((_, n) => rows.some((row) => row[n] !== null))
  return {
    columns: columns.filter((_, n) => isUsed[n]),
    rows: rows.map((row) => row.filter((_, n) => isUsed[n])),
    metadata: { schema, asOf, partial: String(partial) },
  }
}

function rowOf({ messages, type, source, failure, from, receives, ...sent }: LetterGroup) {
  const { code, message, condition, rule, target } = failure
  const { least, most } = receives
  const of = [messages, type, source === '' ? null : source]
  return [
    ...of,
    code,
    message,
    condition,
    rule,
    target,
    from,
    least,
    most,
    sent.oldest,
    sent.newest,
  ]
}
