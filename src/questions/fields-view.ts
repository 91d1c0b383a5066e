/** The columns of the view `fields`: what stands at the leaves of payloads. */
export const fieldColumns = {
  /** Of the delivery, as in the view `events`. */
  pos: 'BIGINT',
  /** Where it stands, such as `$.items[*].price`. */
  path: 'VARCHAR',
  /** The same with the numbers of elements: `$.items[0].price`. */
  place: 'VARCHAR',
  /** The last name of the path; NULL in lists and at the top. */
  name: 'VARCHAR',
  /** `text`, `number`, `boolean`, `null`. */
  kind: 'VARCHAR',
  /** As text; NULL where it is null. */
  value: 'VARCHAR',
} as const

/**
 * One row for each leaf of each payload. JSON is taken apart here, as times are in the view
 * `events`, since the subset that DuckDB and Trino share has no words for it.
 */
export const fieldsView = fieldsOf('archive')

export function fieldsOf(relation: 'archive' | 'events'): string {
  return `CREATE OR REPLACE TEMP VIEW fields AS
SELECT a.pos, regexp_replace(t.fullkey, '\\[\\d+\\]', '[*]', 'g') AS path, t.fullkey AS place,
  CASE WHEN NOT regexp_matches(t.fullkey, '\\]$') THEN t."key" END AS "name",
  CASE t."type" WHEN 'VARCHAR' THEN 'text' WHEN 'BOOLEAN' THEN 'boolean' WHEN 'NULL' THEN 'null'
    ELSE 'number' END AS kind,
  json_extract_string(t.atom, '$') AS "value"
FROM ${relation} a, json_tree(a.payload) t
WHERE t."type" NOT IN ('OBJECT', 'ARRAY')`
}
