/** JSON on one line: line ends are there between its parts alone. Undefined for what is no JSON,
 * where they are a part of what it says. */
export function oneLine(text: string): string | undefined {
  if (!/[\r\n]/.test(text)) return text
  return isJson(text) ? text.replace(/[\r\n]+/g, ' ') : undefined
}

export const manyLines = 'its body is no JSON, and of several lines'

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
