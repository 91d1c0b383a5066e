import { hash } from 'node:crypto'
import { stateWith } from '../audit/state.js'
import type { JsonValue } from '../event/event.js'
import { jsonText, readJson } from '../event/json.js'
import type { Mapping } from '../event/mapping.js'
import { timeText } from '../event/time.js'
import { payloadOf, type ReplayRow } from './entry.js'

/** As of when entities are told before what came after. */
export interface Snapshot {
  readonly sinceUs: number
  /** Those whose states are wanted; none: all. */
  readonly entities: readonly string[]
  readonly mapping: Mapping
}

/** Folds the rows of entities, which come one entity after the other, into an event of its state
 * each, as a CloudEvent. What was deleted, or never had a state, has none. */
export class States {
  #entity: string | null = null
  #state: JsonValue = null
  #key: string | null = null

  constructor(private readonly snapshot: Snapshot) {}

  /** @returns the state of the entity before, where this row is of another one */
  add(row: ReplayRow): ReplayRow | undefined {
    const { folds, type, key } = row
    const done = folds === this.#entity ? undefined : this.end()
    this.#entity = folds
    const reading = readJson(payloadOf(row) ?? 'null')
    const ruleFor = (of: string) => this.snapshot.mapping.mappingFor(of).state
    const event = { type, payload: reading.ok ? reading.value : null }
    this.#state = stateWith(this.#state, event, ruleFor)
    this.#key = key ?? this.#key
    return done
  }

  /** The state of the last entity. */
  end(): ReplayRow | undefined {
    const [entity, state, key] = [this.#entity, this.#state, this.#key]
    this.#entity = null
    this.#state = null
    this.#key = null
    const { entities, sinceUs } = this.snapshot
    const isWanted = entities.length === 0 || (entity !== null && entities.includes(entity))
    return entity === null || state === null || !isWanted
      ? undefined
      : stateRow(entity, { state, key, sinceUs })
  }
}

function stateRow(
  entity: string,
  { state, key, sinceUs }: { state: JsonValue; key: string | null; sinceUs: number },
): ReplayRow {
  const id = hash('sha256', JSON.stringify([entity, sinceUs])).slice(0, 32)
  const [source, type] = ['evt', 'evt.snapshot']
  const head = { specversion: '1.0', id, source, type, subject: entity, time: timeText(sinceUs) }
  const data = jsonText(state)
  return {
    ...{ id, source, type, key, momentUs: sinceUs, timeUs: sinceUs, receivedAtUs: null },
    ...{ traceId: null, copyNumber: 1, replay: null, attempt: null, transportId: null },
    ...{ place: null, placeSort: null, layer: 'cloudevents', path: '', record: 0 },
    document: `${JSON.stringify(head).slice(0, -1)},"data":${data}}`,
    ...{ payload: data, folds: entity },
  }
}
