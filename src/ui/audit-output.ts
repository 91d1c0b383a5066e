import type { AuditEvent, AuditResult } from '../audit/result.js'
import { auditMarkdown } from './audit-markdown.js'
import { type AuditView, auditText } from './audit-text.js'
import { csvText } from './csv.js'
import { jsonText } from './stats-json.js'
import { ended } from './stats-output.js'
import type { TextStyle } from './style.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

export type AuditFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown'

/** The result as it goes to stdout, its last line end included. */
export function renderAudit(view: AuditView, format: AuditFormat, style: TextStyle): string {
  const { result } = view
  switch (format) {
    case 'text':
      return ended(auditText(view, style))
    case 'json':
      return ended(jsonText(result))
    case 'ndjson':
      return ended(result.events.map(jsonText).join('\n'))
    case 'csv':
      return ended(csvText(tabular(result)))
    case 'markdown':
      return ended(auditMarkdown(result, tabular(result)))
  }
}

interface AuditColumn extends TabularColumn {
  readonly of: (event: AuditEvent) => TabularValue
}

const columns: readonly AuditColumn[] = [
  { name: 'time', type: 'time', of: ({ time }) => time },
  { name: 'receivedAt', type: 'time', of: ({ receivedAt }) => receivedAt },
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'source', type: 'text', of: ({ source }) => source },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'key', type: 'text', of: ({ key }) => key },
  { name: 'sequence', type: 'text', of: ({ sequence }) => sequence },
  { name: 'version', type: 'text', of: ({ version }) => version },
  { name: 'deliveries', type: 'integer', of: ({ deliveries }) => deliveries },
  { name: 'flags', type: 'text', of: ({ flags }) => flags.join(' ') },
  { name: 'correlationId', type: 'text', of: ({ correlationId }) => correlationId },
  { name: 'causationId', type: 'text', of: ({ causationId }) => causationId },
  { name: 'payload', type: 'text', of: ({ payload }) => jsonText(payload) },
]

function tabular({ events, schema, entity }: AuditResult): Tabular {
  return {
    columns,
    rows: events.map((event) => columns.map(({ of }) => of(event))),
    metadata: { schema, entity: entity ?? '' },
  }
}
