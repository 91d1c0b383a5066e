import type { FoundLoop, LoopsResult } from '../loops/result.js'
import { csvText } from './csv.js'
import { loopsText } from './loops-text.js'
import { markdownText } from './markdown.js'
import { jsonText } from './stats-json.js'
import { ended } from './stats-output.js'
import type { TextStyle } from './style.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

export type LoopsFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown'

/** The result as it goes to stdout, its last line end included. */
export function renderLoops(result: LoopsResult, format: LoopsFormat, style: TextStyle): string {
  switch (format) {
    case 'text':
      return ended(loopsText(result, style))
    case 'json':
      return ended(jsonText(result))
    case 'ndjson':
      return ended(lines(result).map(jsonText).join('\n'))
    case 'csv':
      return ended(csvText(loopsTable(result)))
    case 'markdown':
      return ended(markdownText(loopsTable(result)))
  }
}

function lines({ loops, ...total }: LoopsResult): object[] {
  return [...loops.map((loop) => ({ row: 'loop', ...loop })), { row: 'total', ...total }]
}

interface LoopColumn extends TabularColumn {
  readonly of: (loop: FoundLoop) => TabularValue
}

const columns: readonly LoopColumn[] = [
  { name: 'path', type: 'text', of: ({ path }) => path.join(' > ') },
  { name: 'turns', type: 'integer', of: ({ turns }) => turns },
  { name: 'amplification', type: 'decimal', of: ({ amplification }) => amplification },
  { name: 'periodMs', type: 'decimal', of: ({ periodMs }) => periodMs },
  { name: 'chains', type: 'integer', of: ({ chains }) => chains },
  { name: 'events', type: 'integer', of: ({ events }) => events },
  { name: 'eventsPerHour', type: 'decimal', of: ({ eventsPerHour }) => eventsPerHour },
  { name: 'usdPerDay', type: 'decimal', of: ({ usdPerDay }) => usdPerDay },
  { name: 'first', type: 'time', of: ({ first }) => first },
  { name: 'last', type: 'time', of: ({ last }) => last },
  { name: 'entities', type: 'text', of: ({ entities }) => entities.join(' ') },
  { name: 'witnesses', type: 'text', of: ({ witnesses }) => witnesses.join(' ') },
]

export function loopsTable({ loops, schema, partial }: LoopsResult): Tabular {
  return {
    columns,
    rows: loops.map((loop) => columns.map(({ of }) => of(loop))),
    metadata: { schema, partial: String(partial) },
  }
}
