import type { RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import type { Decoded, EventRecord, JsonValue } from '../event/event.js'
import { jsonText, readJson, scalarText } from '../event/json.js'
import { type JsonPath, valueAt } from '../event/json-path.js'
import type { Mapping } from '../event/mapping.js'
import { type ClaimReader, mayPoint } from './claim-reader.js'
import {
  around,
  nodesAt,
  type PlacedEvent,
  placeOf,
  recordsOf,
  unreadTexts,
} from './event-places.js'
import { folding } from './hits.js'
import { JsonLayer } from './json-layer.js'
import type { JsonNode } from './json-nodes.js'
import { Mentions } from './mentions.js'
import { keyedHash } from './seals.js'
import { idOf, kindOf, type Subject } from './subject.js'
import { untouched, type Verdict } from './verdict.js'

export type EraseMode = 'default' | 'drop' | 'null' | 'pseudonymise'

export interface EraserSettings {
  subject: Subject
  mapping: Mapping
  decode(record: RecordValue): Decoded[]
  mode: EraseMode
  /** Whether values are erased wherever they stand. */
  mentions: boolean
  /** Types that have to be kept. */
  isHeld(type: string): boolean
  /** Called with what is erased, whole or in part.
   * @param pointer what stands for the document of one whose payload is elsewhere */
  onErased?(event: EventRecord, pointer: JsonValue | undefined): void
  /** By what events are read whose payloads are elsewhere, and erased with them. */
  claims?: ClaimReader | undefined
  /** What pseudonyms are made with. */
  key: string
}

/** Takes a subject out of records, one by one. What is not the subject's stays as it is written. */
export class Eraser {
  readonly #settings: EraserSettings
  readonly #mentions: Mentions
  readonly #ids: readonly string[]

  constructor(settings: EraserSettings) {
    this.#settings = settings
    this.#mentions = new Mentions(settings.subject, settings.mentions)
    this.#ids = settings.subject.entities.map(idOf)
  }

  get mapping(): Mapping {
    return this.#settings.mapping
  }

  /**
   * Of one JSON value, as it is written.
   *
   * @param column of a row of a table, which holds its records as JSON
   */
  async judge(text: string, column?: string): Promise<Verdict> {
    if (!this.mayTouch(text)) return { text, ...untouched }
    const verdict = await this.#judged(text, column)
    const { claims } = this.#settings
    if (!claims || !mayPoint(text) || !readJson(text).ok) return verdict
    const { claims: before, ...more } = await claims.claimsOf(text, column)
    if (verdict.text === text) return { ...verdict, claims: { before, after: before, ...more } }
    const left = verdict.text === null ? undefined : await claims.claimsOf(verdict.text, column)
    return { ...verdict, claims: { before, after: left?.claims ?? [], ...more } }
  }

  async #judged(text: string, column: string | undefined): Promise<Verdict> {
    const reading = readJson(text)
    if (!reading.ok) return this.unreadable(text)
    const whole = new JsonLayer(text)
    const found = recordsOf(whole, column)
    if (!found) return this.#ofBrokenCell(whole)
    const { layer, records } = found
    const verdict: Verdict = { text, ...untouched }
    let isHeld = false
    for (const record of records) {
      const { placed, count } = await this.#placedEvents(layer, record)
      const about = placed.filter(({ event }) => this.#isAbout(event))
      const held = about.filter(({ event }) => this.#settings.isHeld(event.type))
      verdict.held += held.length
      isHeld ||= held.length > 0
      // Only then may the record go as a whole.
      const isAll =
        count === about.length &&
        held.length === 0 &&
        about.every(({ event }) => this.#isDropped(event))
      for (const one of about) {
        if (held.includes(one)) continue
        this.#settings.onErased?.(one.event, one.pointer)
        if (this.#isDropped(one.event)) this.#drop(one, verdict, { layer, record, isAll })
        else this.#blank(one, verdict)
      }
      // What a hold keeps is kept as it is.
      if (held.length === 0) for (const one of placed) this.#blankValues(one, verdict)
    }
    if (verdict.text !== null && this.#settings.mentions && !isHeld) {
      verdict.mentioned += this.#mentions.blank(whole, this.#replacement)
    }
    if (verdict.text === null) return verdict
    verdict.text = whole.finished()
    verdict.unreadable += await this.#unreadableIn(verdict.text, column)
    if (this.#settings.mentions) verdict.unplaced += await this.#hiddenIn(verdict.text, column)
    return verdict
  }

  /** Nobody knows of whom a row is whose records cannot be read. */
  #ofBrokenCell(row: JsonLayer): Verdict {
    const mentioned = this.#mentions.blank(row, this.#replacement)
    const text = row.finished()
    const unreadable = this.#mentions.isIn(text) ? 1 : 0
    return { ...untouched, text, mentioned, unreadable, ...this.#unclear(text) }
  }

  /** Whether a text has to be judged at all. */
  mayTouch(text: string): boolean {
    return this.#mentions.mayBeIn(text) || (this.#settings.claims !== undefined && mayPoint(text))
  }

  /** Whether a text holds what is erased wherever it stands. */
  erasesIn(text: string): boolean {
    return this.#mentions.isErasedIn(text)
  }

  /** Of what is no readable JSON. */
  unreadable(text: string): Verdict {
    const isUnclear = this.#unclear(text)
    if (!this.#mentions.isIn(text)) return { text, ...untouched, ...isUnclear }
    const isDropped = this.#mentions.isErasedIn(text)
    const counts = isDropped ? { mentioned: 1 } : { unreadable: 1 }
    return { ...untouched, ...counts, text: isDropped ? null : text, ...isUnclear }
  }

  /** What is told of a text that cannot be read, where payloads are followed. */
  #unclear(text: string): Pick<Verdict, 'isUnclear'> {
    return { ...(this.#settings.claims && mayPoint(text) && { isUnclear: true }) }
  }

  #isAbout({ entities }: EventRecord): boolean {
    return entities.some((entity) => this.#settings.subject.entities.includes(entity))
  }

  #isDropped({ entities }: EventRecord): boolean {
    const { mode, subject } = this.#settings
    if (mode !== 'default') return mode === 'drop'
    return entities.every((entity) => subject.entities.includes(entity))
  }

  /** @returns also how many there are with those that cannot be decoded */
  async #placedEvents(
    layer: JsonLayer,
    record: JsonNode,
  ): Promise<{ placed: PlacedEvent[]; count: number }> {
    const decoded = await this.#decoded(layer, record)
    const { claims } = this.#settings
    const pointing = claims ? await this.#decoded(layer, record, claims.unfollowed) : []
    const taken = new Set<JsonNode>()
    const placed = decoded.flatMap((one, n) => {
      if (one.kind !== 'event') return []
      const { event } = one
      // What holds several events where it points to has no place for each.
      const pair = pointing.length === decoded.length ? pointing[n] : undefined
      const found = pair?.kind === 'event' ? pair.event.document : event.document
      const pointer = jsonText(found) === jsonText(event.document) ? undefined : found
      const isWanted = this.#isAbout(event) || this.#mentions.hasPaths
      return [{ event, pointer, place: isWanted ? placeOf(found, layer, taken) : undefined }]
    })
    return { placed, count: decoded.length }
  }

  async #decoded(
    layer: JsonLayer,
    record: JsonNode,
    decode = this.#settings.decode,
  ): Promise<Decoded[]> {
    const value = layer.valueOf(record)
    if (typeof value !== 'object' || value === null) return []
    const sizeBytes = record.end - record.start
    const position = { path: '', record: 1 }
    const asked = { value, position, sizeBytes, head: new Uint8Array() }
    return complete(() => decode(asked))
  }

  /** Records that cannot be decoded, and still hold an identifier: nobody knows whose. */
  async #unreadableIn(text: string, column: string | undefined): Promise<number> {
    const found = recordsOf(new JsonLayer(text), column)
    if (!found) return 0
    const { layer, records } = found
    let count = 0
    for (const record of records) {
      const texts = unreadTexts(layer.valueOf(record), await this.#decoded(layer, record))
      if (texts.some((one) => this.#mentions.isInBytes(one))) count += 1
    }
    return count
  }

  /** Events that still hold what is erased, such as in Avro or zstd: that is not written again. */
  async #hiddenIn(text: string, column: string | undefined): Promise<number> {
    if (!this.mayTouch(text)) return 0
    const found = recordsOf(new JsonLayer(text), column)
    if (!found) return 0
    const { layer, records } = found
    let count = 0
    for (const record of records) {
      for (const one of await this.#decoded(layer, record)) {
        if (one.kind !== 'event') continue
        const { event } = one
        // These are counted already.
        if (this.#isAbout(event) || this.#settings.isHeld(event.type)) continue
        const texts = [event.document, event.payload].map(jsonText)
        if (texts.some((each) => this.#mentions.isErasedIn(each))) count += 1
      }
    }
    return count
  }

  #drop(
    { place }: PlacedEvent,
    verdict: Verdict,
    { layer, record, isAll }: { layer: JsonLayer; record: JsonNode; isAll: boolean },
  ): void {
    const found = place ?? (isAll ? { layer, node: record } : undefined)
    if (!found) {
      verdict.unplaced += 1
      return
    }
    verdict.dropped += 1
    if (found.layer.drop(found.node)) verdict.text = null
  }

  /** The subject's fields, in the event and in what is around it. */
  #blank({ event, place, pointer }: PlacedEvent, verdict: Verdict): void {
    const { mapping, subject } = this.#settings
    const kinds = new Set(subject.entities.map(kindOf))
    const paths = mapping
      .mappingFor(event.type)
      .entities.filter(({ kind }) => kinds.has(kind))
      .map(({ path }) => path)
    let count = 0
    for (const { layer, node } of around(place)) {
      for (const path of paths) {
        for (const found of nodesAt(node, path)) {
          const id = scalarText(layer.valueOf(found))
          if (!id || !this.#ids.includes(id)) continue
          layer.set(found, this.#replacement(id))
          count += 1
        }
      }
    }
    // A payload that is elsewhere is not written again.
    const isIn = (document: JsonValue, path: JsonPath) =>
      this.#ids.includes(scalarText(valueAt(document, path)) ?? '')
    const isElsewhere =
      pointer !== undefined &&
      paths.some((path) => isIn(event.document, path) && !isIn(pointer, path))
    if (count > 0) verdict.changed += 1
    if (count === 0 || isElsewhere) verdict.unplaced += 1
  }

  /** Values that were named with their paths. */
  #blankValues({ event, place }: PlacedEvent, verdict: Verdict): void {
    if (!place || !(this.#settings.mentions || this.#isAbout(event))) return
    const { values } = this.#settings.subject
    const fold = folding(this.#settings.subject)
    for (const { path, value } of values) {
      for (const found of path ? nodesAt(place.node, path) : []) {
        const text = scalarText(place.layer.valueOf(found))
        if (text === null || text === undefined || fold(text) !== fold(value)) continue
        place.layer.set(found, this.#replacement(value))
        verdict.mentioned += 1
      }
    }
  }

  /** One value has one pseudonym, in whichever case and form it stands. */
  readonly #replacement = (id: string): string | null => {
    const { mode, key } = this.#settings
    if (mode !== 'pseudonymise') return null
    return `erased-${keyedHash(key, this.#mentions.fold(id)).slice(0, 16)}`
  }
}
