import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { text as textOf } from 'node:stream/consumers'
import { EvtError } from '../errors.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import { readJson } from '../event/json.js'
import { suggest } from '../event/suggest.js'
import { followed } from '../topology/match/follow.js'
import type { MatchResult } from '../topology/match/result.js'
import type { NodeKind, TopologyResult } from '../topology/model.js'

/** What can be put an event to. */
const takers: ReadonlySet<NodeKind> = new Set(['bus', 'topic', 'queue', 'stream'])

interface TypedMatch {
  /** JSON, a file, or `-` for standard input. */
  readonly event: string
  /** Nodes, by id or by name; none: every bus, and where there is none every topic. */
  readonly to: readonly string[]
  /** `name=value`, `name:Number=5` or `name:String.Array=[…]`. */
  readonly attributes: readonly string[]
}

/**
 * Where an event goes.
 *
 * @throws EvtError `usage` for what is no event or no node, `inconclusive` without event or bus
 */
export async function matched(topology: TopologyResult, typed: TypedMatch): Promise<MatchResult> {
  const attributes = attributesOf(typed.attributes)
  const event = await eventOf(typed.event)
  return followed(topology, { event, attributes, at: placesOf(topology, typed.to) })
}

/** What only passes an event on, or keeps it. */
const isOnTheWay = /^(bus|rule|topic|archive):/

/** @throws EvtError `gate` where the event reaches nobody: a rule without target is nobody */
export function endMatch({ reached, event }: MatchResult): void {
  if (reached.some(({ to }) => !isOnTheWay.test(to))) return
  const { source, 'detail-type': type } = event as JsonObject
  const named = [source, type].filter((one) => typeof one === 'string').join(' ')
  const message = `the gate does not hold: ${named === '' ? 'the event' : named} reaches nobody`
  throw new EvtError(message, { code: 'gate' })
}

async function eventOf(given: string): Promise<JsonObject> {
  const isText = /^\s*\{/.test(given)
  const name = isText ? 'EVENT' : given === '-' ? 'standard input' : given
  const written = isText ? given : await contentOf(given)
  if (written.trim() === '') {
    throw new EvtError(`there is no event in ${name}`, { code: 'inconclusive' })
  }
  const reading = readJson(written.replace(/^\ufeff/, ''))
  const hint = 'give one event as JSON: a file, - for standard input, or the text itself'
  if (!reading.ok) throw new EvtError(`${name} ${reading.detail}`, { code: 'usage', hint })
  const { value } = reading
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw new EvtError(`${name} is no event: it is no object of JSON`, { code: 'usage', hint })
}

/** A file, or `-` for standard input. */
export async function contentOf(given: string): Promise<string> {
  if (given === '-') return textOf(process.stdin)
  return readFile(resolve(given), 'utf8').catch((cause) => {
    const hint = 'give a file, - for standard input, or JSON that begins with {'
    throw new EvtError(`${given} cannot be read`, { code: 'usage', hint, cause })
  })
}

/** `price=5` is a text, as SNS has it; `price:Number=5` and `tags:String.Array=["a"]` are not. */
function attributesOf(given: readonly string[]): JsonObject {
  return Object.fromEntries(given.map(attributeOf))
}

function attributeOf(one: string): [string, JsonValue] {
  const [, name = '', type = 'String', text = ''] = /^([^=:]+)(?::([^=]*))?=(.*)$/s.exec(one) ?? []
  const wrong = (what: string, hint: string) =>
    new EvtError(`--attribute ${one} ${what}`, { code: 'usage', hint })
  if (name === '') throw wrong('is no NAME=VALUE', 'write --attribute kind=paid')
  if (type === 'String') return [name, text]
  const reading = readJson(text)
  const value = reading.ok ? reading.value : undefined
  if (type === 'Number') {
    if (typeof value === 'number') return [name, value]
    throw wrong('is no number', `write --attribute ${name}:Number=5`)
  }
  if (type === 'String.Array') {
    if (Array.isArray(value)) return [name, value]
    throw wrong('is no array of JSON', `write --attribute '${name}:String.Array=["a"]'`)
  }
  throw wrong(`has no type that filters look at: ${type}`, 'it is String, Number or String.Array')
}

function placesOf({ nodes }: TopologyResult, to: readonly string[]): string[] {
  const open = nodes.filter(({ kind }) => takers.has(kind))
  if (to.length === 0) {
    const buses = open.filter(({ kind }) => kind === 'bus')
    const places = buses.length > 0 ? buses : open.filter(({ kind }) => kind === 'topic')
    if (places.length > 0) return places.map(({ id }) => id)
    const hint = 'name a queue or stream with --to'
    throw new EvtError('there is no bus and no topic', { code: 'inconclusive', hint })
  }
  return to.map((one) => {
    const exact = open.find(({ id }) => id === one)
    const named = open.filter(({ name }) => name === one)
    const found = exact ?? named[0]
    if (found && (exact || named.length === 1)) return found.id
    const near = suggest(
      one,
      open.flatMap(({ id, name }) => [id, name]),
    )
    const hint =
      named.length > 1
        ? `write one of ${named.map(({ id }) => id).join(', ')}`
        : near === undefined
          ? 'evt topology show lists them'
          : `did you mean ${near}?`
    const what =
      named.length > 1 ? 'is the name of several' : 'is no bus, topic, queue or stream here'
    throw new EvtError(`--to ${one} ${what}`, { code: 'usage', hint })
  })
}
