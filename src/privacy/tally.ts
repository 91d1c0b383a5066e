import { compareText } from '../event/sequence.js'
import { dataKeys } from './data-keys.js'
import type { FoundEvent } from './found-event.js'
import type { Hit } from './hits.js'
import { leavesOf } from './leaves.js'
import type { Manifest } from './manifest.js'

interface TypeTally {
  type: string
  source: string
  events: number
  fields: Set<string>
}

/** Names come from outside: they must not fill the memory. */
const MOST_FIELDS = 500

/** Counts what was found, without keeping it. */
export class FoundTally {
  matched = 0
  byEntity = 0
  /** Paths of objects that hold events of the subject. */
  readonly paths = new Set<string>()
  readonly #types = new Map<string, TypeTally>()
  readonly #hits = new Map<string, { path: string; part: boolean; count: number }>()
  readonly #masked = new Map<string, { type: string; path: string; count: number }>()
  readonly #times = new Span()
  readonly #arrivals = new Span()

  add(event: FoundEvent, hits: readonly Hit[], isAbout: boolean): void {
    const { type, source, time, receivedAt, position } = event
    this.matched += 1
    if (isAbout) this.byEntity += 1
    this.paths.add(position.path)
    const row = counted(this.#types, [type, source], {
      type,
      source,
      events: 0,
      fields: new Set<string>(),
    })
    row.events += 1
    addFields(row.fields, event)
    for (const { path, isPart } of hits) {
      counted(this.#hits, [path, isPart], { path, part: isPart, count: 0 }).count += 1
    }
    this.#times.add(time)
    this.#arrivals.add(receivedAt)
  }

  addMasked(type: string, paths: readonly string[]): void {
    for (const path of paths) {
      counted(this.#masked, [type, path], { type, path, count: 0 }).count += 1
    }
  }

  /** The most frequent first. */
  told(): Pick<Manifest, 'types' | 'hits' | 'masked' | 'eventTime' | 'arrival'> {
    const types = [...this.#types.values()]
      .sort(
        (a, b) =>
          b.events - a.events || compareText(a.type, b.type) || compareText(a.source, b.source),
      )
      .map(({ fields, ...row }) => ({ ...row, fields: [...fields].sort(compareText) }))
    const byCount = (a: { count: number; path: string }, b: { count: number; path: string }) =>
      b.count - a.count || compareText(a.path, b.path)
    return {
      ...{ types, eventTime: this.#times.told(), arrival: this.#arrivals.told() },
      hits: [...this.#hits.values()].sort(byCount),
      masked: [...this.#masked.values()].sort(
        (a, b) => byCount(a, b) || compareText(a.type, b.type),
      ),
    }
  }
}

/** The least and the greatest of ISO times in UTC. */
class Span {
  #first: string | null = null
  #last: string | null = null

  add(time: string | null): void {
    if (time === null) return
    if (this.#first === null || time < this.#first) this.#first = time
    if (this.#last === null || time > this.#last) this.#last = time
  }

  told() {
    return { first: this.#first, last: this.#last }
  }
}

function counted<T>(rows: Map<string, T>, key: readonly unknown[], fresh: T): T {
  const text = JSON.stringify(key)
  const row = rows.get(text) ?? fresh
  rows.set(text, row)
  return row
}

function addFields(fields: Set<string>, { payload, entities }: FoundEvent): void {
  if (fields.size >= MOST_FIELDS) return
  for (const { path } of leavesOf(payload, dataKeys(entities))) {
    if (fields.size < MOST_FIELDS) fields.add(path)
  }
}
