import type { JsonValue } from '../event/event.js'
import { parseJson } from '../event/json.js'
import { type JsonPath, pathText } from '../event/json-path.js'
import { generalPath } from './leaves.js'
import type { Subject } from './subject.js'

type Matching = Pick<Subject, 'values' | 'ignoreCase' | 'deep'>

/** A place of a document that holds one of the values. */
export interface Hit {
  /** With [*] for every index, and every key that is data; ` JSON ` stands where a text holds JSON,
   * ` key` behind the path of an object that has the value as a key. */
  readonly path: string
  /** The value is a part of a longer text. */
  readonly isPart: boolean
}

/** A value that is still to be looked at. */
interface Open {
  value: JsonValue
  path: JsonPath
  /** The paths of the texts around it, as they are and as they are told. */
  outer: string
  outerTold: string
}

/** A text that is JSON inside of another may be so again, but not endlessly. */
const MOST_NESTED = 16

/**
 * The places of a document where values are that are looked for, in its order. Texts and numbers
 * are compared as a whole; with `deep` also parts of texts, and what is in JSON that is a text.
 *
 * @param isData tells keys that are data, such as ids of others: they are not told
 */
export function hitsIn(
  document: JsonValue,
  matching: Matching,
  isData: (key: string) => boolean,
): Hit[] {
  const { values, deep } = matching
  if (values.length === 0) return []
  const fold = folding(matching)
  const wanted = values.map(({ path, value }) => ({
    value: fold(value),
    path: path === null ? null : pathText(path),
  }))
  const isAnywhere = wanted.some(({ path }) => path === null)
  const hits: Hit[] = []
  const left: Open[] = [{ value: document, path: [], outer: '', outerTold: '' }]
  for (let open = left.pop(); open !== undefined; open = left.pop()) {
    const { value } = open
    if (typeof value === 'object' && value !== null) {
      if (isAnywhere && !Array.isArray(value)) addKeys(open, value)
      left.push(...below(open, value))
    } else if (typeof value === 'string' || typeof value === 'number') {
      addText(open, String(value))
      const nested =
        deep && typeof value === 'string' ? nestedIn(value, open, shown(open)) : undefined
      if (nested) left.push(nested)
    }
  }
  return hits

  function addText(open: Open, text: string): void {
    const folded = fold(text)
    const exact = pathText(open.path)
    const within = wanted.filter(({ path, value }) => {
      const isThere = path === null || (deep ? isOf(open, exact, path) : exact === path)
      return isThere && (deep ? folded.includes(value) : folded === value)
    })
    if (within.length === 0) return
    const isPart = !within.some(({ value }) => value === folded)
    hits.push({ path: shown(open), isPart })
  }

  function shown({ path, outerTold }: Open): string {
    return outerTold + generalPath(path, isData)
  }

  function addKeys(open: Open, value: object): void {
    for (const key of Object.keys(value).map(fold)) {
      const found = wanted.filter(({ path, value }) => path === null && key.includes(value))
      const isWhole = found.some(({ value }) => value === key)
      if (isWhole || (deep && found.length > 0)) {
        hits.push({ path: `${shown(open)} key`, isPart: !isWhole })
      }
    }
  }
}

/** Whether a value is at a path, or in JSON that is a text there. */
function isOf({ outer }: Open, exact: string, path: string): boolean {
  return outer === '' ? exact === path : outer.startsWith(`${path} JSON `)
}

export function folding({ ignoreCase }: Pick<Subject, 'ignoreCase'>): (text: string) => string {
  return ignoreCase ? (text) => text.normalize('NFC').toLowerCase() : (text) => text
}

/** The last first: they are taken from the end. */
function below(open: Open, value: JsonValue & object): Open[] {
  const { path } = open
  const entries: Open[] = Array.isArray(value)
    ? value.map((entry, n) => ({ ...open, value: entry, path: [...path, n] }))
    : Object.entries(value).map(([key, entry]) => ({ ...open, value: entry, path: [...path, key] }))
  return entries.reverse()
}

function nestedIn(text: string, { path, outer }: Open, told: string): Open | undefined {
  const inside = nestedJson(text)
  if (inside === undefined || outer.split(' JSON ').length > MOST_NESTED) return undefined
  const around = { outer: `${outer}${pathText(path)} JSON `, outerTold: `${told} JSON ` }
  return { value: inside, path: [], ...around }
}

/** The JSON object, array or text that a text holds. */
function nestedJson(text: string): JsonValue | undefined {
  if (!/^\s*[{["]/.test(text)) return undefined
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}
