import type { JsonValue } from '../../src/event/event.js'

/* What is not known when a dashboard is made, such as the name that CloudFormation gives a queue,
 * stands in its texts between two control characters, which no name has. */

const [BEGIN, END] = ['\u0002', '\u0003']
const pattern = new RegExp(`${BEGIN}([^${END}]*)${END}`, 'g')

/** The region that the dashboard is for, where it was not said. */
export const REGION = 'Region'

export function placeholder(parameter: string): string {
  return `${BEGIN}${parameter}${END}`
}

/** The same with other texts: what stands between placeholders, and each of them. */
export function filled<T extends JsonValue>(
  value: T,
  fill: (parameter: string) => string,
  text: (plain: string) => string = (plain) => plain,
): T {
  return mapped(value, (one) =>
    // A split by a pattern with a group has what matched at every second place.
    one
      .split(pattern)
      .map((part, n) => (n % 2 === 1 ? fill(part) : text(part)))
      .join(''),
  ) as T // of the same shape
}

/** The parameters that are in a value, in their order. */
export function placeholdersIn(value: JsonValue): string[] {
  const found = new Set<string>()
  filled(value, (parameter) => {
    found.add(parameter)
    return ''
  })
  return [...found]
}

function mapped(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((each) => mapped(each, change))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, mapped(inner, change)])
  return Object.fromEntries(entries)
}
