import type { LagResult, LagRow } from '../lag/result.js'
import { csvText } from './csv.js'
import { lagText } from './lag-text.js'
import { markdownText } from './markdown.js'
import { jsonText } from './stats-json.js'
import { ended } from './stats-output.js'
import type { TextStyle } from './style.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

export type LagFormat = 'text' | 'json' | 'ndjson' | 'csv' | 'markdown'

/** The result as it goes to stdout, its last line end included. */
export function renderLag(result: LagResult, format: LagFormat, style: TextStyle): string {
  switch (format) {
    case 'text':
      return ended(lagText(result, style))
    case 'json':
      return ended(jsonText(result))
    case 'ndjson':
      return ended(lines(result).map(jsonText).join('\n'))
    case 'csv':
      return ended(csvText(lagTable(result)))
    case 'markdown':
      return ended(markdownText(withValues(lagTable(result))))
  }
}

/** A line each of what the result has; `row` says what it is. */
function lines({ schema, asOf, partial, sources, findings, gaps }: LagResult): object[] {
  return [
    ...sources.map((row) => ({ row: 'source', ...row })),
    ...findings.map((finding) => ({ row: 'finding', ...finding })),
    ...gaps.map((gap) => ({ row: 'gap', ...gap })),
    { row: 'total', schema, asOf, partial },
  ]
}

type Flat = Exclude<LagRow, { kind: 'bus' }>

const columns: readonly TabularColumn[] = [
  { name: 'source', type: 'text' },
  { name: 'kind', type: 'text' },
  { name: 'name', type: 'text' },
  { name: 'bus', type: 'text' },
  { name: 'depth', type: 'integer' },
  { name: 'inFlight', type: 'integer' },
  { name: 'delayed', type: 'integer' },
  { name: 'oldestAgeMs', type: 'decimal' },
  { name: 'retentionMs', type: 'integer' },
  { name: 'lossInMs', type: 'decimal' },
  { name: 'sentPerS', type: 'decimal' },
  { name: 'receivedPerS', type: 'decimal' },
  { name: 'deletedPerS', type: 'decimal' },
  { name: 'emptyReceivesPerS', type: 'decimal' },
  { name: 'trend', type: 'text' },
  { name: 'drainMs', type: 'decimal' },
  { name: 'isReceived', type: 'text' },
  { name: 'deadLetterQueue', type: 'text' },
  { name: 'deadLetters', type: 'integer' },
  { name: 'subscriptions', type: 'integer' },
  { name: 'isEnabled', type: 'text' },
  { name: 'matched', type: 'integer' },
  { name: 'invoked', type: 'integer' },
  { name: 'published', type: 'integer' },
  { name: 'delivered', type: 'integer' },
  { name: 'filteredOut', type: 'integer' },
  { name: 'failed', type: 'integer' },
  { name: 'throttled', type: 'integer' },
  { name: 'deadLettered', type: 'integer' },
  { name: 'lost', type: 'integer' },
  { name: 'isOnDemand', type: 'text' },
  { name: 'isOff', type: 'text' },
  { name: 'shards', type: 'integer' },
  { name: 'closedShards', type: 'integer' },
  { name: 'behindMs', type: 'decimal' },
  { name: 'writtenPerS', type: 'decimal' },
  { name: 'bytesPerS', type: 'decimal' },
  { name: 'readPerS', type: 'decimal' },
  { name: 'readsThrottled', type: 'integer' },
  { name: 'writesThrottled', type: 'integer' },
  { name: 'consumers', type: 'text' },
  { name: 'functions', type: 'text' },
]

/** One row a queue, topic, rule and stream. */
export function lagTable({ schema, asOf, partial, sources }: LagResult): Tabular {
  const rows = sources.flatMap((row): readonly Flat[] => (row.kind === 'bus' ? row.rules : [row]))
  return {
    columns,
    rows: rows.map((row) => {
      const values = valuesOf(row)
      return columns.map(({ name }) => values[name] ?? null)
    }),
    metadata: { schema, asOf, partial: String(partial) },
  }
}

/** Without the columns that no row has a value in. */
function withValues({ columns, rows, metadata }: Tabular): Tabular {
  const isUsed = columns.map((_, n) => rows.some((row) => row[n] !== null))
  return {
    columns: columns.filter((_, n) => isUsed[n]),
    rows: rows.map((row) => row.filter((_, n) => isUsed[n])),
    metadata,
  }
}

function named(all: readonly { readonly name: string }[] | null): string | null {
  return all === null ? null : all.map(({ name }) => name).join(' ')
}

function valuesOf(row: Flat): Readonly<Record<string, TabularValue | undefined>> {
  const { metrics: _, ...figures } = row
  if (figures.kind === 'topic') return figures
  if (figures.kind === 'rule') return { ...figures, isEnabled: String(figures.isEnabled) }
  if (figures.kind === 'table') {
    const { byShard: _shards, ...table } = figures
    return { ...table, isOff: String(table.isOff), functions: named(table.functions) }
  }
  if (figures.kind === 'stream') {
    const { byShard: _shards, ...stream } = figures
    const who = { consumers: named(stream.consumers), functions: named(stream.functions) }
    return { ...stream, isOnDemand: String(figures.isOnDemand), ...who }
  }
  const { deadLetters, isReceived, ...others } = figures
  return {
    ...others,
    isReceived: isReceived === null ? null : String(isReceived),
    deadLetterQueue: deadLetters?.queue ?? null,
    deadLetters: deadLetters?.depth ?? null,
  }
}
