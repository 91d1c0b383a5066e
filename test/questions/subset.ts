/** Words that DuckDB and Trino do not share, or mean differently; what to write instead. */
export const unshared: readonly [pattern: RegExp, instead: string][] = [
  [/\bx?\s*->\s*[a-z(]/i, 'no lambdas'],
  [/->>|->/, 'json_extract_scalar'],
  [/::/, 'CAST(… AS …)'],
  [/\bQUALIFY\b/i, 'a subquery over the window'],
  [/\bASOF\b/i, 'a window'],
  [/\bEXCLUDE\b|\*\s*REPLACE\s*\(/i, 'the columns by name'],
  [/\bFILTER\s*\(/i, 'CASE within the aggregate'],
  [/\bany_value\b|\bfirst\(|\blast\(/i, 'min, max or a window'],
  [/\bstring_agg\b|\blistagg\b|\bgroup_concat\b/i, 'rows'],
  [/\blist_\w+\(|\blen\(/i, 'UNNEST, contains, cardinality'],
  [/\bepoch(_ms|_us)?\(|\bmake_timestamp\(|\bstrptime\(/i, 'the columns in µs, from_unixtime'],
  [/\bgenerate_series\(|\brange\(/i, 'sequence'],
  [/\bjson_(extract_string|tree|each|keys|type)\(/i, 'json_extract_scalar, the view fields'],
  [/\bencode\(|\bunhex\(|\bmd5\((?!to_utf8)/i, 'to_utf8, md5(to_utf8(…))'],
  [/\bregexp_matches\(|\bregexp_replace\(/i, 'regexp_like'],
  [/\bapprox_\w+\(|\bquantile\w*\(|\bpercentile\w*\(/i, 'exact ranks'],
  [/\bCAST\([^)]* AS (array|map|row)\b/i, 'no such casts'],
  [/\bUBIGINT\b|\bUINTEGER\b|\bHUGEINT\b|\bTIMESTAMP_NS\b/i, 'BIGINT, decimal(38, 0)'],
  [/\bGROUP BY ALL\b|\bORDER BY ALL\b/i, 'the columns'],
  [/\|\|/, 'no concat of what may be NULL'],
  [/(?<![\d.e])\b\d+\s*\/\s*\d+\b/, 'a decimal, as in 7e0 / 2'],
]

/** SQL without its comments and texts. */
export function bareSql(sql: string): string {
  return sql.replace(/--.*$/gm, '').replace(/'(?:[^']|'')*'/g, "''")
}
