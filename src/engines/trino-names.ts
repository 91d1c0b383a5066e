/** DuckDB macros with the names that Trino, and so Athena, has for the same functions. */
export const trinoMacros: readonly string[] = [
  'CREATE OR REPLACE MACRO bitwise_left_shift(value, bits) AS value << bits',
  'CREATE OR REPLACE MACRO bitwise_right_shift(value, bits) AS value >> bits',
  'CREATE OR REPLACE MACRO from_unixtime(seconds) AS ' +
    'make_timestamp(CAST(round(seconds * 1e6) AS BIGINT))',
  'CREATE OR REPLACE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern)',
  'CREATE OR REPLACE MACRO json_extract_scalar(text, path) AS json_extract_string(text, path)',
  'CREATE OR REPLACE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)',
  'CREATE OR REPLACE MACRO element_at(list, n) AS list_extract(list, n)',
  'CREATE OR REPLACE MACRO sequence(first, last) AS ' +
    'generate_series(CAST(first AS BIGINT), CAST(last AS BIGINT))',
  'CREATE OR REPLACE MACRO to_utf8(text) AS encode(text)',
  // DuckDB's own gives digits instead of bytes.
  'CREATE OR REPLACE MACRO md5(bytes) AS unhex(system.main.md5(bytes))',
  'CREATE OR REPLACE MACRO from_base(text, radix) AS CAST(list_sum(list_transform(' +
    'generate_series(1, length(text)), lambda n: ' +
    `CAST(strpos('0123456789abcdefghijklmnopqrstuvwxyz', lower(text[n])) - 1 AS BIGINT) * ` +
    'CAST(pow(radix, length(text) - n) AS BIGINT))) AS BIGINT)',
]
