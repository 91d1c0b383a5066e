import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'

/** What DuckDB tells of a failure under `errors_as_json`. */
interface Told {
  exception_type?: string
  exception_message?: string
  position?: string
  candidates?: string
  name?: string
}

const wrongSql = new RegExp(
  '^(Parser|Syntax|Binder|Catalog|Conversion|Invalid Input|Out of Range|Not implemented|' +
    'Mismatch Type)',
  'i',
)

/**
 * A failure of a user's statement in words: where it is wrong, and what may be meant.
 *
 * @param names of relations and columns that there are
 */
export function queryError(error: unknown, sql: string, names: readonly string[]): unknown {
  const told = toldBy(error)
  if (!told || !wrongSql.test(told.exception_type ?? '')) return error
  const [what = '', ...more] = (told.exception_message ?? '').split('\n')
  const at = Number(told.position)
  const isPlaced = told.position !== undefined && Number.isInteger(at)
  const { line, column, text } = placeIn(sql, isPlaced ? at : 0)
  const place = isPlaced ? `line ${line}, column ${column}: ` : ''
  const shown = isPlaced ? [text, `${' '.repeat(column - 1)}^`] : []
  const near = told.name === undefined ? undefined : suggest(told.name, names)
  const advice = near === undefined ? adviceOf(more) : [`did you mean ${near}?`]
  return new EvtError(`the query is wrong: ${place}${sentence(what)}`, {
    code: 'usage',
    hint: [...shown, ...advice].join('\n') || undefined,
    cause: error,
  })
}

function toldBy(error: unknown): Told | null {
  if (!(error instanceof Error)) return null
  const start = error.message.indexOf('{')
  if (start < 0) return null
  try {
    return JSON.parse(error.message.slice(start))
  } catch {
    return null
  }
}

/** DuckDB counts bytes. */
function placeIn(sql: string, position: number) {
  const before = Buffer.from(sql).subarray(0, position).toString()
  const lines = before.split('\n')
  const last = lines.at(-1) ?? ''
  return {
    line: lines.length,
    column: [...last].length + 1,
    text: sql.split('\n')[lines.length - 1] ?? '',
  }
}

function sentence(text: string): string {
  const plain = text.replace(/[!.]$/, '').replaceAll('\\"', '"')
  return plain.replace(/^[A-Z](?=[a-z])/, (c) => c.toLowerCase())
}

function adviceOf(lines: readonly string[]): string[] {
  return lines
    .filter((line) => line.trim() !== '' && !/^(LINE \d|Candidate|\s*\^)/.test(line))
    .map(sentence)
}
