/**
 * Why Athena takes values of a statement not apart from it: they go into WHERE clauses alone
 * (Athena, "Use parameterized queries"), and are not long (API of StartQueryExecution).
 */
export function parametersFault(sql: string, values: readonly string[]): string | undefined {
  const bare = sql.replace(/'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*/g, "''")
  const places = [...bare.matchAll(/\?/g)].map(({ index }) => index)
  if (values.some((value) => value === '' || value.length > 1_024)) {
    return 'Member must have length between 1 and 1024'
  }
  if (places.length !== values.length) return 'Incorrect number of parameters'
  const isWhere = (place: number) => clauseAt(bare, place) === 'where'
  return places.every(isWhere) ? undefined : 'parameters are for WHERE clauses alone'
}

/** The word that begins the clause that a place is in. */
function clauseAt(sql: string, place: number): string | undefined {
  let depth = 0
  const words = [...sql.slice(0, place).matchAll(/[()]|\b(?:select|from|where|group|order)\b/gi)]
  for (const [word] of words.reverse()) {
    if (word === ')') depth += 1
    else if (word === '(') depth = Math.max(0, depth - 1)
    else if (depth === 0) return word.toLowerCase()
  }
  return undefined
}
