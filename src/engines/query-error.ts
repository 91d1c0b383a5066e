import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'
import { trinoMacros } from './trino-names.js'

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
  const at = positionIn(sql, what, told)
  const { line, column, text } = placeIn(sql, at ?? 0)
  const place = at === undefined ? '' : `line ${line}, column ${column}: `
  const shown = at === undefined ? [] : [text, `${' '.repeat(column - 1)}^`]
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

/** In bytes, as DuckDB counts. What it says of a call within a macro is a position in the macro's
 * own text: then it is where the macro is called. Undefined where nobody can tell. */
function positionIn(sql: string, what: string, { position }: Told): number | undefined {
  const at = Number(position)
  const bytes = Buffer.from(sql)
  if (position === undefined || !Number.isInteger(at)) return undefined
  const called = /'(\w+)\(/.exec(what)?.[1]
  if (called === undefined) return at > bytes.length ? undefined : at
  const there = bytes.subarray(at, at + called.length).toString()
  if (there.toLowerCase() === called.toLowerCase()) return at
  const callers = trinoMacros
    .filter((macro) => macro.includes(`${called}(`))
    .map((macro) => /MACRO (\w+)/.exec(macro)?.[1])
  const call =
    callers.length === 0 ? -1 : sql.search(new RegExp(`\\b(${callers.join('|')})\\(`, 'i'))
  return call < 0 ? undefined : Buffer.byteLength(sql.slice(0, call))
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
    .map((line) => line.replace(/^\t/, ''))
    .filter((line) => line.trim() !== '' && !/^(LINE \d|Candidate|\s*\^)/.test(line))
    .map(sentence)
}
