import type { JsonValue } from '../event/event.js'

/** A field of a pattern, and what its list holds. */
export interface FieldValues {
  readonly path: readonly string[]
  readonly values: readonly JsonValue[]
}

/** Of a pattern that was read without fault: the fields that every event which it matches has to
 * match, in their order. Of what `$or` offers these are the fields of all alternatives, each with
 * the values of all. */
export function fieldsInAll(pattern: JsonValue, within: readonly string[] = []): FieldValues[] {
  if (typeof pattern !== 'object' || pattern === null || Array.isArray(pattern)) return []
  return Object.entries(pattern).flatMap(([key, value]) => {
    if (key === '$or' && Array.isArray(value)) return common(value, within)
    const path = [...within, key]
    return Array.isArray(value) ? [{ path, values: value }] : fieldsInAll(value, path)
  })
}

function common(alternatives: readonly JsonValue[], within: readonly string[]): FieldValues[] {
  const [first = [], ...others] = alternatives.map((each) => fieldsInAll(each, within))
  return first.flatMap(({ path, values }) => {
    const same = others.map((fields) => fields.find((field) => nameOf(field) === nameOf({ path })))
    if (!same.every((field) => field !== undefined)) return []
    return [{ path, values: [...values, ...same.flatMap((field) => field.values)] }]
  })
}

function nameOf({ path }: Pick<FieldValues, 'path'>): string {
  return path.join('.')
}

/** Whether a text may stand for an integer that JSON's readers in JavaScript cannot hold. */
export function isIntegerBeyond(text: string): boolean {
  return /^-?\d{16,}$/.test(text)
}
