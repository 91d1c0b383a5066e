import { EvtError } from '../errors.js'
import { compareText } from '../event/sequence.js'
import { askArchive } from '../questions/asked-archive.js'
import { isCut, type Searched } from '../questions/searched.js'
import { count, noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openArchive, type ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { companionsOf } from './companions.js'
import { type Match, matching } from './matching.js'
import { subjectStatement } from './statement.js'
import type { Subject } from './subject.js'

export interface FindRequest extends ReadRequest {
  value: string
  ignoreCase: boolean
  deep: boolean
  memoryLimitBytes: number
  allowPartial: boolean
}

/** Where the events of a type have the value. */
interface FoundPlace {
  type: string
  source: string
  path: string
  /** The value is a part of a longer text there. */
  part: boolean
  events: number
}

/** What events that have the value name beside it. */
interface Companion {
  /** `entity` where the mapping names it. */
  by: 'entity' | 'field'
  /** Kind of the entity, path of the field. */
  of: string
  id: string
  events: number
}

/** `evt.find/1`. */
export interface FindResult {
  schema: 'evt.find/1'
  partial: boolean
  events: number
  places: FoundPlace[]
  companions: Companion[]
  /** How many more there are than are listed. */
  leftOut: { companions: number }
  searched: Omit<Searched, 'objectFaults' | 'unanswered' | 'chosen'> & { sources: string[] }
}

const MOST_LISTED = 20
/** Values come from outside: they must not fill the memory. */
const MOST_COMPANIONS = 100_000

/** `evt gdpr find`: where a value is, and which identifiers are in the same events. */
export async function runFind(
  request: FindRequest,
): Promise<{ result: FindResult; failure: EvtError | undefined }> {
  const { value, ignoreCase, deep, presets, memoryLimitBytes, signal, range } = request
  const archive = await openArchive({ ...request, index: undefined })
  const { sources, objects, pruned } = archive
  if (objects.length === 0) throw noObjects(sources, pruned)
  const subject = { entities: [], values: [{ path: null, value }], ignoreCase, deep }
  const found = new Found(subject)
  const onProgress = progressOf(objects, request)
  const asking = { archive, presets, memoryLimitBytes, signal, onProgress, chosen: range }
  const searched = await askArchive(subjectStatement(subject), asking, async (asked) => {
    for await (const match of matching(asked.rows, subject)) found.add(match)
    return asked.searched
  })
  request.onRead?.()
  const { objectFaults: _, unanswered: _a, chosen: _b, ...read } = searched
  const result: FindResult = {
    ...{ schema: 'evt.find/1', partial: signal.aborted || isCut(searched) },
    ...found.told(),
    searched: { sources: [...sources], ...read },
  }
  return { result, failure: endedBadly({ ...searched, ...request }) ?? nothingFound(result) }
}

function nothingFound({ events, searched, places }: FindResult): EvtError | undefined {
  if (places.length > 0 || events > 0) return undefined
  const { sources, objects, records, undecodable } = searched
  const bad = undecodable === 0 ? '' : `, ${count(undecodable, 'record')} cannot be decoded`
  const read = `${count(objects, 'object')} and ${count(records, 'record')} searched${bad}`
  return new EvtError(`no event in ${sources.join(' ')} has the value: ${read}`, {
    code: 'inconclusive',
    hint:
      '--ignore-case takes no heed of case, --deep looks into longer texts and nested JSON\n' +
      'attributes of messages, and columns beside one with events, are not looked at: what of ' +
      "the\nvalue is there, a plan of evt gdpr erase --also '*=VALUE' --erase-mentions tells",
  })
}

class Found {
  #events = 0
  readonly #places = new Map<string, FoundPlace>()
  readonly #companions = new Map<string, Companion>()

  constructor(private readonly subject: Subject) {}

  add({ event, hits }: Match): void {
    const { type, source } = event
    this.#events += 1
    const places = new Map(hits.map((hit) => [JSON.stringify([type, source, hit]), hit]))
    for (const [key, { path, isPart: part }] of places) {
      const place = this.#places.get(key) ?? { type, source, path, part, events: 0 }
      this.#places.set(key, { ...place, events: place.events + 1 })
    }
    for (const companion of companionsOf(event, this.subject)) {
      const key = JSON.stringify(companion)
      const known = this.#companions.get(key)
      if (known) known.events += 1
      else if (this.#companions.size < MOST_COMPANIONS) {
        this.#companions.set(key, { ...companion, events: 1 })
      }
    }
  }

  told(): Pick<FindResult, 'events' | 'places' | 'companions' | 'leftOut'> {
    const places = [...this.#places.values()].sort(
      (a, b) =>
        b.events - a.events ||
        compareText(a.type, b.type) ||
        compareText(a.source, b.source) ||
        compareText(a.path, b.path),
    )
    const companions = [...this.#companions.values()].sort(
      (a, b) => b.events - a.events || compareText(a.of, b.of) || compareText(a.id, b.id),
    )
    return {
      events: this.#events,
      places,
      companions: companions.slice(0, MOST_LISTED),
      leftOut: { companions: Math.max(0, companions.length - MOST_LISTED) },
    }
  }
}
