import type { JsonObject, JsonValue } from '../../src/event/event.js'
import { bytesText, countText, NONE } from '../../src/ui/numbers.js'
import { jsonText } from '../../src/ui/stats-json.js'
import { momentText } from '../../src/ui/times.js'
import { brief, type Html, html } from './html.js'
import { wordsOf } from './named-figure.js'
import { type Made, pageText, section } from './page.js'
import { type Cell, dataTable } from './table.js'
import { cellOf, MOST_ROWS } from './tabular-page.js'
import { marksOf, titleOf } from './whole.js'

const [TEXT_COLUMNS, NAME_COLUMNS] = [1_000, 120]
/** What people wrote is below these: its names are data, and stay as they are. */
const dataNames = new Set([
  ...['event', 'attributes', 'payload', 'document', 'filter', 'when', 'sends', 'paths'],
  ...['mapping', 'state', 'wrappings', 'entities', 'dimensions'],
])
/** Deeper ones are told as JSON. */
const MOST_DEPTH = 3
const MOST_SECTIONS = 100

/** A result that has no page of its own kind: what its JSON says, as tables.
 * @param kind `evt doctor` */
export function resultPage(result: object, kind: string, made: Made): Promise<string> {
  // The same as with -o json.
  const { schema: _, partial, sources, ...data }: JsonObject = JSON.parse(jsonText(result))
  const named = Array.isArray(sources) ? sources.filter((each) => typeof each === 'string') : []
  const place = { title: '', depth: 0, timeZone: made.timeZone, isData: false }
  const parts = sectionsOf(place, data)
  return pageText({
    ...{ kind, made, next: [], facts: [] },
    title: named.length > 0 ? titleOf(named) : kind.replace(/^evt /, ''),
    marks: marksOf({ partial: partial === true }),
    sections: parts
      .slice(0, MOST_SECTIONS)
      .map(({ title, body }, n) => section(`part-${n + 1}`, headed(title), body)),
  })
}

const headed = (title: string) => title.charAt(0).toUpperCase() + title.slice(1)

interface Part {
  readonly title: string
  readonly body: Html
}

interface Place {
  readonly title: string
  readonly depth: number
  readonly timeZone: string
  /** Whether names are those of what people wrote. */
  readonly isData: boolean
  /** The name of what this is a part of, which may have the unit. */
  readonly outer?: string
}

/** A name of ours in words, and one of somebody else as it is. */
function told(name: string, isData: boolean): string {
  return brief(isData ? name : wordsOf(name), NAME_COLUMNS)
}

/** What has a value of its own first, then each part. */
function sectionsOf(place: Place, value: JsonObject): Part[] {
  const { title, isData } = place
  const entries = Object.entries(value)
  const isPart = (each: JsonValue) => isNested(each) && !isEmpty(each)
  const plain = entries.filter(([, each]) => !isPart(each))
  const nested = entries.filter(([, each]) => isPart(each))
  const under = (name: string) => {
    const words = told(name, isData)
    return {
      ...{ ...place, title: brief(title === '' ? words : `${title}: ${words}`, NAME_COLUMNS) },
      ...{ isData: isData || dataNames.has(name), outer: name },
    }
  }
  return [
    ...(plain.length > 0 ? [{ title: title || 'result', body: pairTable(place, plain) }] : []),
    ...nested.flatMap(([name, each]) => partsOf(under(name), each)),
  ]
}

function partsOf(place: Place, value: JsonValue): Part[] {
  const { title, depth } = place
  if (Array.isArray(value)) return [{ title, body: listOf(place, value) }]
  if (!isObject(value) || (depth >= MOST_DEPTH && !isFlat(value))) {
    return [{ title, body: html`<p><code>${textOf(value)}</code></p>` }]
  }
  return sectionsOf({ ...place, depth: depth + 1 }, value)
}

function pairTable({ title, ...place }: Place, pairs: readonly [string, JsonValue][]): Html {
  return dataTable({
    caption: title || 'Result',
    columns: [{ title: '' }, { title: '' }],
    rows: pairs.map(([name, value]) => [
      { text: told(name, place.isData) },
      cellFor(value, name, place),
    ]),
  })
}

function listOf({ title, ...place }: Place, values: readonly JsonValue[]): Html {
  const flat = values.slice(0, MOST_ROWS).map((value) => {
    return isObject(value) ? flattened(value) : { value }
  })
  const names = [...new Set(flat.flatMap((row) => Object.keys(row)))].filter((name) =>
    flat.some((row) => ownOf(row, name) !== null && (place.isData || !isOpaque(name))),
  )
  const hidden = values.length - flat.length
  const more = html`<p class="more">… ${countText(hidden)} more: --output json has all</p>`
  return html`${dataTable({
    ...{ caption: title, isSortable: values.length > 1, isNamed: false },
    columns: names.map((name) => ({
      title: columnTitle(name, place.isData),
      isNumber: flat.every((row) => typeof (ownOf(row, name) ?? 0) === 'number'),
    })),
    rows: flat.map((row) => names.map((name) => cellFor(ownOf(row, name), name, place))),
  })}${hidden > 0 ? more : null}`
}

/** Of a column that may be of an object in each row. */
function columnTitle(name: string, isData: boolean): string {
  const [outer = '', inner] = split(name)
  if (inner === undefined || isData) return told(name, isData)
  return brief(`${wordsOf(outer)}.${told(inner, dataNames.has(outer))}`, NAME_COLUMNS)
}

/** Before the first dot, and after it. */
function split(name: string): string[] {
  const at = name.indexOf('.')
  return at < 0 ? [name] : [name.slice(0, at), name.slice(at + 1)]
}

/** A name such as `constructor` is data: a row without it has none. */
function ownOf(row: Readonly<Record<string, JsonValue>>, name: string): JsonValue {
  return Object.hasOwn(row, name) ? (row[name] ?? null) : null
}

/** Objects in it as columns of their own. */
function flattened(value: JsonObject): Record<string, JsonValue> {
  const pairs = Object.entries(value).flatMap(([name, each]): [string, JsonValue][] => {
    if (!isObject(each)) return [[name, each]]
    return Object.entries(each).map(([inner, one]) => [`${name}.${inner}`, one])
  })
  return Object.fromEntries(pairs)
}

function cellFor(value: JsonValue, name: string, place: Omit<Place, 'title' | 'depth'>): Cell {
  const { timeZone, isData, outer: around } = place
  if (value === null) return { text: NONE, value: null }
  if (isEmpty(value)) return { text: 'none' }
  const [first = '', inner] = split(name)
  const isTheirs = isData || (inner !== undefined && dataNames.has(first))
  if (isTheirs) return { text: textOf(value), ...(typeof value === 'number' && { value }) }
  const [outer, own] = inner === undefined ? [around, name] : [first, inner]
  if (typeof value === 'number') {
    return cellOf(value, { name: own, type: 'decimal' }, { timeZone, outer })
  }
  if (isObject(value) && isFlat(value)) return { text: pairsText(value, own, place) }
  if (typeof value !== 'string') return { text: textOf(value) }
  if (isOpaque(name)) return { text: `${bytesText(value.length)} of text: --output json has it` }
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) {
    return { text: `${momentText(value, timeZone)} ${timeZone}` }
  }
  return { text: textOf(value) }
}

const isFlat = (value: JsonObject) => !Object.values(value).some(isNested)

/** `replay 0, same id 74`. */
function pairsText(
  value: JsonObject,
  outer: string,
  { timeZone, isData }: Pick<Place, 'timeZone' | 'isData'>,
): string {
  const within = { timeZone, outer, isData: isData || dataNames.has(outer) }
  const pairs = Object.entries(value).map(([name, each]) => {
    return `${told(name, within.isData)} ${cellFor(each, name, within).text}`
  })
  return brief(pairs.join(', '), TEXT_COLUMNS)
}

/** Histograms, which no person reads. */
const isOpaque = (name: string) => name === 'hdr' || name.endsWith('.hdr')

function textOf(value: JsonValue): string {
  if (typeof value === 'string') return brief(value, TEXT_COLUMNS)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  const isList = Array.isArray(value) && value.every((each) => !isNested(each))
  return brief(isList ? value.map(String).join(', ') : JSON.stringify(value), TEXT_COLUMNS)
}

const isNested = (value: JsonValue) => typeof value === 'object' && value !== null

/** No list that has something, and no such object. */
function isEmpty(value: JsonValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function isObject(value: JsonValue): value is JsonObject {
  return isNested(value) && !Array.isArray(value)
}
