import { hash } from 'node:crypto'
import type { JsonValue } from '../../event/event.js'
import { readJson, scalarText } from '../../event/json.js'
import { memberText, withMember, withValueAt } from '../../event/json-members.js'
import { type JsonPath, pathText, valueAt } from '../../event/json-path.js'
import { hasExactNumbers, withExactIntegers } from '../../event/json-text.js'
import type { Mapping } from '../../event/mapping.js'
import { timeText } from '../../event/time.js'
import { payloadMember, type ReplayRow } from '../entry.js'
import type { MaskHits } from './masks.js'
import type { TransformRule } from './rules.js'

const MASKED = '[masked]'

interface Surroundings {
  /** Where documents that are of no wrapping have their type, source and time. */
  readonly mapping: Mapping
  nowMs(): number
  /** Told of what masks find. */
  readonly hits: MaskHits
}

/** Why a row cannot be changed as a rule wants, as a sentence. */
class Unfit extends Error {}

/**
 * Changes what is sent of rows by the first rule that is for their type: masks, then upcasts the
 * payload, then sets type, source and time; what comes out must be as the schema says. All else
 * keeps every character. A row that cannot be changed so has a fault, and is as it was.
 */
export function transformOf(rules: readonly TransformRule[], around: Surroundings) {
  const isMasking = rules.some(({ mask }) => mask.length > 0)
  return async (row: ReplayRow): Promise<ReplayRow> => {
    const rule = rules.find(({ isFor }) => isFor(row.type))
    if (isMasking && isBareState(row, rule)) return { ...row, fault: bareState }
    const apart = isMasking ? withHashedKey(row) : row
    if (!rule) return apart
    try {
      const bare = await upcast(masked(apart, rule, around.hits), rule)
      const made = named(bare, rule, around)
      check(made, rule)
      // What has no wrapping is its payload.
      return payloadMember(row.layer) ? made : { ...made, payload: made.document }
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      return { ...apart, fault: error.message }
    }
  }
}

const bareState =
  'it is the state of an entity, in which nothing is masked: a rule of evt.snapshot says what, ' +
  'as in $.data.email'

/** What the rules of events mask is in the states that they lead to, at another place. */
function isBareState({ folds }: ReplayRow, rule: TransformRule | undefined): boolean {
  return folds !== null && !rule?.mask.some(([first]) => first === 'data')
}

function masked(row: ReplayRow, rule: TransformRule, seen: MaskHits): ReplayRow {
  const { mask: paths } = rule
  if (paths.length === 0) return row
  const document = parsed(row.document)
  seen.see(
    rule,
    paths.filter((path) => valueAt(document, path) !== undefined),
  )
  const isPacked = valueAt(document, ['data_base64']) !== undefined
  if (isPacked && paths.some(([first]) => first === 'data' || first === 'data_base64')) {
    throw new Unfit('it has its data in base64, where nothing is masked')
  }
  const texts = new Set<string>()
  let changed = row.document
  for (const path of paths) {
    collect(valueAt(document, path) ?? null, texts)
    changed = withValueAt(changed, path, JSON.stringify(MASKED))
  }
  return changed === row.document ? row : { ...withoutTexts(row, texts), document: changed }
}

function collect(value: JsonValue, texts: Set<string>): void {
  const left: JsonValue[] = [value]
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const text = scalarText(one)
    if (text !== null && text !== '') texts.add(text)
    else if (typeof one === 'object' && one !== null) {
      for (const inner of Object.values(one)) left.push(inner)
    }
  }
}

/** Of all events or of none: a key that is a hash where its text was masked, and itself in the next
 * event, would be two, of no order. Keys may also have in them what is masked elsewhere. */
function withHashedKey(row: ReplayRow): ReplayRow {
  return row.key === null ? row : { ...row, key: hash('sha256', row.key) }
}

/** Beside the document, too, nothing is told that was masked in it. What tells events apart is a
 * hash. */
function withoutTexts(row: ReplayRow, texts: ReadonlySet<string>): ReplayRow {
  const isHidden = (text: string | null) => text !== null && texts.has(text)
  const hashed = (text: string | null) =>
    text !== null && isHidden(text) ? hash('sha256', text) : text
  const { traceId, transportId, place } = row
  return {
    ...row,
    ...{ id: hashed(row.id), place: hashed(place) },
    ...{ traceId: hashed(traceId), transportId: hashed(transportId) },
  }
}

async function upcast(row: ReplayRow, { upcast }: TransformRule): Promise<ReplayRow> {
  if (!upcast) return row
  const text = payloadText(row)
  if (withExactIntegers(text) !== text) {
    throw new Unfit('it has an integer beyond 2^53, which an expression would change')
  }
  if (!hasExactNumbers(text)) {
    throw new Unfit('it has a number of more digits than an expression keeps')
  }
  const made = await upcast.text(parsed(text))
  if ('fault' in made) throw new Unfit(`it cannot be upcast: the expression ${made.fault}`)
  const member = payloadMember(row.layer)
  // Of CloudEvents alone the payload may be anything.
  if (member !== 'data' && !made.json.startsWith('{')) {
    throw new Unfit('it cannot be upcast: the expression gives no object')
  }
  const document = member ? withMember(row.document, member, made.json) : made.json
  return { ...row, document }
}

/** @throws Unfit where there is none */
function payloadText({ layer, document }: ReplayRow): string {
  const member = payloadMember(layer)
  const text = member ? memberText(document, member) : document
  if (text === undefined) throw new Unfit('it has no payload')
  return text
}

function check(row: ReplayRow, { check }: TransformRule): void {
  const fault = check?.(asNumbers(payloadText(row)))
  if (fault !== undefined) throw new Unfit(`it is not as its schema says: ${fault}`)
}

/** A schema asks whether large integers are integers, not for their digits. */
function asNumbers(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return parsed(text)
  }
}

function parsed(text: string): JsonValue {
  const reading = readJson(text)
  if (reading.ok) return reading.value
  throw new Unfit('it has a payload that is no JSON')
}

const places = {
  eventbridge: { type: ['detail-type'], source: ['source'], time: ['time'] },
  cloudevents: { type: ['type'], source: ['source'], time: ['time'] },
} as const

type Named = 'type' | 'source' | 'time'

function named(row: ReplayRow, rule: TransformRule, { mapping, nowMs }: Surroundings): ReplayRow {
  const { fields } = mapping.mappingFor(row.type)
  const mapped = { ...fields, type: fields.type ?? mapping.typePath }
  const known = places[row.layer as keyof typeof places] as Partial<Record<Named, JsonPath>>
  const set = (document: string, field: Named, value: string | undefined) => {
    if (value === undefined) return document
    const path = known?.[field] ?? mapped[field]
    if (!path) throw new Unfit(`it has no place for a ${field}: --map ${field}=$.… names one`)
    return withText(document, path, value, field)
  }
  const hides = (field: 'type' | 'source') =>
    [known?.[field], mapped[field]].some(
      (path) => path && rule.mask.some((mask) => mask.every((step, n) => path[n] === step)),
    )
  const told = (field: 'type' | 'source') => rule[field] ?? (hides(field) ? MASKED : row[field])
  const timeUs = rule.isNow ? Math.trunc(nowMs()) * 1_000 : row.timeUs
  const time = rule.isNow ? timeText(timeUs ?? 0) : undefined
  const typed = set(row.document, 'type', rule.type)
  return {
    ...row,
    ...{ type: told('type'), source: told('source'), timeUs },
    document: set(set(typed, 'source', rule.source), 'time', time),
  }
}

function withText(document: string, path: JsonPath, value: string, field: Named): string {
  const [first] = path
  const json = JSON.stringify(value)
  if (path.length === 1 && typeof first === 'string') return withMember(document, first, json)
  if (valueAt(parsed(document), path) === undefined)
    throw new Unfit(`it has no ${field} at ${pathText(path)}`)
  return withValueAt(document, path, json)
}
