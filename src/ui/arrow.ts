import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

type Arrow = typeof import('apache-arrow')

/** An Arrow IPC stream: Utf8, Timestamp(ms, UTC), Int64, Float64; null for nothing. */
export async function arrowBytes({ columns, rows, metadata }: Tabular): Promise<Uint8Array> {
  const arrow = await import('apache-arrow')
  const vectors = columns.map((column, i) => {
    const values = rows.map((row) => row[i] ?? null)
    return [column.name, vectorOf(arrow, column, values)] as const
  })
  const plain = new arrow.Table(Object.fromEntries(vectors))
  const schema = new arrow.Schema(plain.schema.fields, new Map(Object.entries(metadata)))
  return arrow.tableToIPC(new arrow.Table(schema, plain.batches), 'stream')
}

function vectorOf(arrow: Arrow, { type }: TabularColumn, values: readonly TabularValue[]) {
  switch (type) {
    case 'text':
      return arrow.vectorFromArray(values, new arrow.Utf8())
    case 'time': {
      const ms = values.map((value) => (value === null ? null : new Date(value)))
      return arrow.vectorFromArray(ms, new arrow.Timestamp(arrow.TimeUnit.MILLISECOND, 'UTC'))
    }
    case 'integer': {
      const whole = values.map((value) => (value === null ? null : BigInt(value)))
      return arrow.vectorFromArray(whole, new arrow.Int64())
    }
    case 'decimal':
      return arrow.vectorFromArray(values, new arrow.Float64())
  }
}
