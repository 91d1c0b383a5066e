import { join } from 'node:path'
import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import type { Duckdb } from '../engines/duckdb.js'
import { quoteFile, quoteName, quoteText } from '../engines/leaf-tree.js'

/** An element of the schema of a Parquet file, with those inside of it. */
interface SchemaNode {
  readonly name: string
  readonly path: string
  /** As it is stored, and what that means. */
  readonly type: string
  readonly meaning: string
  readonly fieldId: number | null
  readonly isUtc: boolean
  readonly children: SchemaNode[]
}

/** The columns of a file, as the file itself says. */
export async function schemaOf(duckdb: Duckdb, file: string): Promise<SchemaNode[]> {
  const rows = await duckdb.rows(
    `SELECT name, type, converted_type, logical_type, field_id, num_children
     FROM parquet_schema(${quoteFile(file)})`,
  )
  let at = 0
  const next = (above: string): SchemaNode => {
    const [name, type, converted, logical, fieldId, count] = rows[at++] ?? []
    const path = above === '' ? String(name) : `${above}.${name}`
    const below = at === 1 ? '' : path
    return {
      ...{ name: String(name), path, type: String(type ?? '') },
      meaning: meaningOf(converted, logical),
      fieldId: fieldId === null || fieldId === undefined ? null : Number(fieldId),
      isUtc: /isAdjustedToUTC=1/.test(String(logical)),
      children: Array.from({ length: Number(count ?? 0) }, () => next(below)),
    }
  }
  return next('').children
}

/** DuckDB reads milliseconds as microseconds, and writes them again if it is told to. */
export function isInMilliseconds({ meaning, isUtc, children }: SchemaNode): boolean {
  return children.length === 0 && meaning === 'TIMESTAMP_MILLIS' && !isUtc
}

/** The option of COPY that keeps the ids that columns are known by, as Iceberg does; undefined
 * where there are none. */
export function fieldIdsOption(columns: readonly SchemaNode[]): string | undefined {
  const ids = idsOf(columns)
  return ids === '' ? undefined : `FIELD_IDS {${ids}}`
}

/**
 * What would be said otherwise by the schema of a file that is written again, in sentences.
 *
 * @param select its columns, as they are written, without rows
 */
export async function schemaNotes(
  duckdb: Duckdb,
  { before, select, options }: { before: SchemaNode[]; select: string; options: string[] },
): Promise<string[]> {
  const folder = await makeTempFolder('evt-erase-')
  try {
    const to = join(folder, 'empty.parquet')
    await duckdb.rows(`COPY (${select}) TO ${quoteText(to)} (${options.join(', ')})`)
    return notesOf(before, await schemaOf(duckdb, to))
  } finally {
    await removeTempFolder(folder)
  }
}

function notesOf(before: readonly SchemaNode[], after: readonly SchemaNode[]): string[] {
  return before.flatMap((one, n): string[] => {
    const now = after[n]
    if (now?.children.length !== one.children.length || now.name !== one.name) {
      return [`${one.path} is nested in another way when it is written again`]
    }
    const [was, is] = [wordsOf(one), wordsOf(now)]
    const own = was === is ? [] : [`${one.path} is ${was}, and ${is} when it is written again`]
    const isLost = one.fieldId !== now.fieldId
    const ids = isLost ? [`${one.path} loses its field id ${one.fieldId}`] : []
    return [...own, ...ids, ...notesOf(one.children, now.children)]
  })
}

function wordsOf({ type, meaning, isUtc }: SchemaNode): string {
  const zone = isUtc ? ' of UTC' : ''
  return meaning === '' ? type : `${meaning}${zone}`
}

/** Some files say it in the one way, others in both. */
function meaningOf(converted: unknown, logical: unknown): string {
  const unit = /(MILLIS|MICROS|NANOS)=(?!<null>)/.exec(String(logical))?.[1]
  const kind = /^(Time|Timestamp)Type/.exec(String(logical))?.[1]
  if (unit && kind) return `${kind.toUpperCase()}_${unit}`
  return converted === null || converted === undefined ? '' : String(converted)
}

function idsOf(nodes: readonly SchemaNode[]): string {
  return nodes
    .flatMap((node) => {
      const own = node.fieldId
      const inner = idsOf(innerOf(node))
      if (inner === '') return own === null ? [] : [`${quoteName(node.name)}: ${own}`]
      const self = own === null ? [] : [`__duckdb_field_id: ${own}`]
      return [`${quoteName(node.name)}: {${[...self, inner].join(', ')}}`]
    })
    .join(', ')
}

/** Lists and maps have an element of their own around what they hold. */
function innerOf({ meaning, children }: SchemaNode): SchemaNode[] {
  const [only] = children
  if (meaning === 'LIST') return (only?.children ?? []).map((one) => ({ ...one, name: 'element' }))
  if (meaning !== 'MAP' || only === undefined) return children
  return only.children.map((one, n) => ({ ...one, name: n === 0 ? 'key' : 'value' }))
}
