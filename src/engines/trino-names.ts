/** DuckDB macros with the names that Trino, and so Athena, has for the same functions. */
export const trinoMacros: readonly string[] = [
  'CREATE OR REPLACE MACRO bitwise_left_shift(value, bits) AS value << bits',
  'CREATE OR REPLACE MACRO bitwise_right_shift(value, bits) AS value >> bits',
]
