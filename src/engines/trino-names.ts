/** DuckDB macros with the names that Trino, and so Athena, has for the same functions. */
export const trinoMacros: readonly string[] = [
  'CREATE OR REPLACE MACRO bitwise_left_shift(value, bits) AS value << bits',
  'CREATE OR REPLACE MACRO bitwise_right_shift(value, bits) AS value >> bits',
  'CREATE OR REPLACE MACRO from_unixtime(seconds) AS ' +
    'make_timestamp(CAST(round(seconds * 1e6) AS BIGINT))',
  'CREATE OR REPLACE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern)',
  'CREATE OR REPLACE MACRO json_extract_scalar(text, path) AS json_extract_string(text, path)',
  'CREATE OR REPLACE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)',
]
