/** An item of DynamoDB with the types of its attributes, as its API and its streams have it. */
export function attributesOf(item: object): Record<string, unknown> {
  const entries = Object.entries(item).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries.map(([name, value]) => [name, attributeOf(value)]))
}

/** Numbers are texts: they have up to 38 digits. */
function attributeOf(value: unknown): Record<string, unknown> {
  if (Array.isArray(value)) return { L: value.map(attributeOf) }
  if (typeof value === 'object' && value !== null) return { M: attributesOf(value) }
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return { N: String(value) }
    case 'boolean':
      return { BOOL: value }
    case 'string':
      return { S: value }
    default:
      return { NULL: true }
  }
}
