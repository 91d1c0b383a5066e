import type { TracedEvent, TraceResult } from '../loops/trace-result.js'
import { csvText } from './csv.js'
import { markdownText } from './markdown.js'
import { jsonText } from './stats-json.js'
import { ended } from './stats-output.js'
import type { TextStyle } from './style.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'
import { traceMermaid } from './trace-mermaid.js'
import { traceText } from './trace-text.js'

export type TraceFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown'

/** The result as it goes to stdout, its last line end included. */
export function renderTrace(result: TraceResult, format: TraceFormat, style: TextStyle): string {
  switch (format) {
    case 'text':
      return ended(traceText(result, style))
    case 'json':
      return ended(jsonText(result))
    case 'ndjson':
      return ended(result.events.map(jsonText).join('\n'))
    case 'csv':
      return ended(csvText(traceTable(result)))
    case 'markdown': {
      const drawn = `\`\`\`mermaid\n${traceMermaid(result.events)}\n\`\`\``
      return ended(`${drawn}\n\n${markdownText(traceTable(result))}`)
    }
  }
}

interface TraceColumn extends TabularColumn {
  readonly of: (event: TracedEvent) => TabularValue
}

const columns: readonly TraceColumn[] = [
  { name: 'depth', type: 'integer', of: ({ depth }) => depth },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'source', type: 'text', of: ({ source }) => source },
  { name: 'time', type: 'time', of: ({ time }) => time },
  { name: 'receivedAt', type: 'time', of: ({ receivedAt }) => receivedAt },
  { name: 'causationId', type: 'text', of: ({ causationId }) => causationId },
  { name: 'correlationId', type: 'text', of: ({ correlationId }) => correlationId },
  { name: 'afterCauseMs', type: 'decimal', of: ({ afterCauseMs }) => afterCauseMs },
  { name: 'afterFirstMs', type: 'decimal', of: ({ afterFirstMs }) => afterFirstMs },
  { name: 'isCritical', type: 'text', of: ({ isCritical }) => String(isCritical) },
  { name: 'entities', type: 'text', of: ({ entities }) => entities.join(' ') },
]

export function traceTable({ events, schema, id }: TraceResult): Tabular {
  return {
    columns,
    rows: events.map((event) => columns.map(({ of }) => of(event))),
    metadata: { schema, id },
  }
}
