import { timeText } from '../event/time.js'
import type { LinkedEvent } from './linked-event.js'
import type { Loop } from './loop.js'
import { type FoundLoop, MOST_ENTITIES, MOST_WITNESSES } from './result.js'

const HOUR_US = 3_600e6
/** EventBridge bills custom events by 64 KB, at $1 a million (us-east-1). */
const CHUNK_BYTES = 64 * 1024
const USD_PER_CHUNK = 1e-6

/** A loop as the result has it. */
export function told(loop: Loop, events: readonly LinkedEvent[], causes: Int32Array): FoundLoop {
  const members = [...loop.members].flatMap((at) => events[at] ?? [])
  const path = loop.round.map((at) => nodeText(events[at]))
  const { turns, amplification } = loop
  const periodUs = median(loop.periodsUs)
  const found = {
    ...{ path, by: 'causation' as const, turns, amplification: rounded(amplification) },
    periodMs: periodUs === null ? null : periodUs / 1_000,
    chains: loop.chains.size,
    events: members.length,
    ...figuresOf(members),
    witnesses: witnessesOf(loop, events, causes),
  }
  return { ...found, explain: explained(found) }
}

/** How often they came, what that costs, when, and what they are about. */
export function figuresOf(members: readonly LinkedEvent[]) {
  const { firstUs, lastUs } = spanOf(members)
  const hours = firstUs === null || lastUs === null ? 0 : (lastUs - firstUs) / HOUR_US
  const chunks = members.reduce((sum, { bytes }) => sum + Math.ceil(bytes / CHUNK_BYTES), 0)
  return {
    eventsPerHour: hours > 0 ? rounded(members.length / hours) : null,
    usdPerDay: hours > 0 ? rounded((chunks / hours) * 24 * USD_PER_CHUNK) : null,
    first: firstUs === null ? null : timeText(firstUs),
    last: lastUs === null ? null : timeText(lastUs),
    entities: [...new Set(members.flatMap(({ entities }) => entities))].slice(0, MOST_ENTITIES),
  }
}

/** What an event is in the path of a loop. */
export function nodeText(event: Pick<LinkedEvent, 'source' | 'type'> | undefined): string {
  if (!event) return ''
  const { source, type } = event
  return source === '' ? type : `${source}/${type}`
}

function spanOf(members: readonly LinkedEvent[]) {
  let firstUs: number | null = null
  let lastUs: number | null = null
  for (const { atUs } of members) {
    if (atUs === null) continue
    firstUs = Math.min(firstUs ?? atUs, atUs)
    lastUs = Math.max(lastUs ?? atUs, atUs)
  }
  return { firstUs, lastUs }
}

export function median(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}

/** From the event of the most turns back to its first cause. */
function witnessesOf({ last }: Loop, events: readonly LinkedEvent[], causes: Int32Array): string[] {
  const step = nodeText(events[last])
  const found: string[] = []
  for (let at = last; at !== -1; at = causes[at] as number) {
    const event = events[at]
    if (event && nodeText(event) === step) found.push(witnessText(event))
  }
  return found.reverse().slice(0, MOST_WITNESSES)
}

/** The id of an event, else where it was read. */
function witnessText({ id, position: { path, record } }: LinkedEvent): string {
  return id ?? `${path}:${record}`
}

/** To four digits: a figure of a rate. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

function explained(loop: Omit<FoundLoop, 'explain'>): string {
  const { path, turns, amplification, chains, events } = loop
  const [first = '', ...others] = path
  const way = others.length === 0 ? 'itself' : `${others.join(', then ')}, then ${first} again`
  const many = chains === 1 ? 'one chain' : `${chains.toLocaleString('en')} chains`
  const growth =
    amplification > 1
      ? `, and each turn has ${amplification} times the events of the one before`
      : ''
  return (
    `${first} causes ${way}: ${turns.toLocaleString('en')} turns, ` +
    `${events.toLocaleString('en')} events of ${many}${growth}.`
  )
}
