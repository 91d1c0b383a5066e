/** What a text has that may hold JSON, gzip or other bytes in base64: a value of its letters alone,
 * or many of them. A regular expression that JavaScript, DuckDB and Trino read alike. */
export const MAY_BE_PACKED = '"[A-Za-z0-9+/]{8,}={0,2}\\\\*"\\s*(?:[,}\\]]|$)|[A-Za-z0-9+/]{20}'
