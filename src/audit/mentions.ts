import type { ResultColumn, ResultValue } from '../engines/engine.js'
import type { JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'

/** Whether a value is somewhere in a document, as a whole text or number: `7` is in `{"a":[7]}` and
 * in `{"a":"7"}`, not in `{"7":"70"}`. */
export function isMentioned(value: string, document: JsonValue): boolean {
  const left = [document]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    if (typeof one === 'string' || typeof one === 'number') {
      if (String(one) === value) return true
    } else if (typeof one === 'object' && one !== null) {
      for (const below of Object.values(one)) left.push(below)
    }
  }
  return false
}

/** Whether a value can be a number: then a document may write it otherwise, as 7.0 or 7e0. */
export function isNumber(value: string): boolean {
  return /^-?\d/.test(value) && String(Number(value)) === value
}

/** Of the rows of queries/audit/mentions.sql those whose document, or the payload that was unpacked
 * from it, mentions the value. */
export function mentionedIn(
  value: string,
  columns: readonly ResultColumn[],
): (row: readonly ResultValue[]) => boolean {
  const places = ['document', 'payload'].map((name) => columns.findIndex((c) => c.name === name))
  return (row) =>
    places.some((at) => {
      const text = row[at]
      const reading = typeof text === 'string' ? readJson(text) : undefined
      return reading?.ok === true && isMentioned(value, reading.value)
    })
}
