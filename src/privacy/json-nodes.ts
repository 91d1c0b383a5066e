/** A value in a JSON text, and where it stands there. */
export type JsonNode = ScalarNode | ListNode | ObjectNode

interface Place {
  readonly start: number
  /** Behind its last character. */
  end: number
  /** What it is in; null for the outermost. */
  readonly parent: ListNode | ObjectNode | null
}

interface ScalarNode extends Place {
  readonly kind: 'scalar'
}

export interface ListNode extends Place {
  readonly kind: 'list'
  readonly items: JsonNode[]
}

export interface ObjectNode extends Place {
  readonly kind: 'object'
  /** A name may occur twice. */
  readonly entries: Entry[]
}

export interface Entry {
  readonly name: string
  readonly nameStart: number
  readonly nameEnd: number
  value: JsonNode
}

/** The nodes of one JSON value, without recursion. The text must be readable JSON: what is between
 * values is not looked at. */
export function nodesOf(text: string): JsonNode {
  const open: (ListNode | ObjectNode)[] = []
  let name: Omit<Entry, 'value'> | undefined
  const attach = (node: JsonNode) => {
    const parent = open.at(-1)
    if (parent?.kind === 'list') parent.items.push(node)
    else if (parent && name) parent.entries.push({ ...name, value: node })
    name = undefined
  }
  for (let at = 0; at < text.length; ) {
    const sign = text[at] ?? ''
    const parent = open.at(-1) ?? null
    if (sign === '}' || sign === ']') {
      at++
      const node = open.pop()
      if (node) node.end = at
      if (node && open.length === 0) return node
    } else if (sign === '{' || sign === '[') {
      const place = { start: at, end: at, parent }
      const node: ListNode | ObjectNode =
        sign === '['
          ? { kind: 'list', items: [], ...place }
          : { kind: 'object', entries: [], ...place }
      attach(node)
      open.push(node)
      at++
    } else if (isBetween(sign)) at++
    else {
      const end = sign === '"' ? stringEnd(text, at) : wordEnd(text, at)
      if (parent?.kind === 'object' && !name) {
        name = { name: String(JSON.parse(text.slice(at, end))), nameStart: at, nameEnd: end }
      } else {
        const node: ScalarNode = { kind: 'scalar', start: at, end, parent }
        attach(node)
        if (!parent) return node
      }
      at = end
    }
  }
  throw new Error('a JSON text ends before its value does')
}

/** Where the value ends that starts at a place; undefined where the text ends before. */
export function valueEnd(text: string, start: number): number | undefined {
  let depth = 0
  for (let at = start; at < text.length; ) {
    const sign = text[at] ?? ''
    if (sign === '"') {
      at = stringEnd(text, at)
      if (at > text.length) return undefined
    } else if (sign === '{' || sign === '[') {
      depth++
      at++
    } else if (sign === '}' || sign === ']') {
      depth--
      at++
    } else at = depth > 0 || isBetween(sign) ? at + 1 : wordEnd(text, at)
    if (depth === 0) return at
  }
  return undefined
}

/** Behind the text's end where the string does not end. */
export function stringEnd(text: string, start: number): number {
  let at = start + 1
  for (; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === 92) at++
    else if (sign === 34) return at + 1
  }
  return text.length + 1
}

function wordEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && !isBetween(text[at] ?? '') && !/[\]}"[{]/.test(text[at] ?? '')) at++
  return at
}

/** What stands between values. */
export function isBetween(sign: string): boolean {
  return (
    sign === ' ' || sign === ',' || sign === ':' || sign === '\n' || sign === '\r' || sign === '\t'
  )
}
