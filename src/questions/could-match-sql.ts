import { quoteText } from '../engines/leaf-tree.js'
import type { EventPattern, PatternField } from '../event/pattern.js'

/**
 * What surely holds of the column `document` where a pattern matches it: it contains what its texts
 * are equal to, begin with or end with. Undefined where that says nothing.
 */
export function couldMatchSql(pattern: EventPattern): string | undefined {
  const lists: string[] = []
  for (const fields of pattern) {
    const conditions = fields.flatMap((field) => {
      const sql = fieldSql(field)
      return sql === undefined ? [] : [sql]
    })
    if (conditions.length === 0) return undefined
    lists.push(`(${conditions.join(' AND ')})`)
  }
  return `(${lists.join(' OR ')})`
}

function fieldSql({ tests, mayLack }: PatternField): string | undefined {
  if (mayLack) return undefined
  const conditions: string[] = []
  for (const { part } of tests) {
    if (part === undefined || !isPlain(part)) return undefined
    // What JSON may write otherwise.
    const escapes = part.includes('/') ? ['\\u', '\\/'] : ['\\u']
    for (const text of [part, ...escapes]) conditions.push(`contains(document, ${quoteText(text)})`)
  }
  return `(${[...new Set(conditions)].join(' OR ')})`
}

/** Whether JSON may have the text as it is. */
function isPlain(text: string): boolean {
  return text !== '' && !/["\\\p{Cc}\p{Cs}]/u.test(text)
}
