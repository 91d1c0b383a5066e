import { EvtError } from '../errors.js'
import { readJson } from '../event/json.js'
import { type JsonPath, parsePath, pathText } from '../event/json-path.js'
import { compareText } from '../event/sequence.js'
import { askArchive } from '../questions/asked-archive.js'
import { isCut, type Searched } from '../questions/searched.js'
import { count, noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { openArchive, type ReadRequest } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { leavesOf } from './leaves.js'
import { isDataKey, kindOfName, maskedShape, type PersonalKind, shapes } from './personal-values.js'

export interface ProposeRequest extends ReadRequest {
  memoryLimitBytes: number
  allowPartial: boolean
}

/** A place that probably holds personal data. */
interface ProposedField {
  /** With [*] for every index, and for keys that are data, such as ids. */
  path: string
  /** What hides it: of a list, or what has such keys, all, since no path names every place. */
  redact: string
  kinds: PersonalKind[]
  /** Events that have it, and which share of its values looks so. */
  events: number
  share: number
  types: string[]
  /** How one looks, without what it says. */
  example: string
  /** Whether privacy.redact hides it already. */
  isHidden: boolean
}

/** `evt.redact-proposal/1`. */
export interface ProposeResult {
  schema: 'evt.redact-proposal/1'
  partial: boolean
  /** How many events were looked at; of more, some that are spread over all. */
  looked: number
  fields: ProposedField[]
  /** Values at more paths than can be kept apart: nobody looked at them. */
  leftOut: { values: number }
  /** For `privacy.redact`, with what is hidden already. */
  redact: string[]
  searched: Omit<Searched, 'objectFaults' | 'unanswered' | 'chosen'> & { sources: string[] }
}

const MOST_EVENTS = 100_000
/** Names come from outside: they must not fill the memory. */
const MOST_PATHS = 20_000
const MOST_TYPES = 20

const sql = `SELECT type, document FROM events ORDER BY hash(pos) LIMIT ${MOST_EVENTS}`

/** `evt gdpr propose`: which fields should be hidden, by their names and by what they hold. */
export async function runPropose(
  request: ProposeRequest,
): Promise<{ result: ProposeResult; failure: EvtError | undefined }> {
  const archive = await openArchive({ ...request, index: undefined })
  const { sources, objects, pruned, config } = archive
  if (objects.length === 0) throw noObjects(sources, pruned)
  const { presets, memoryLimitBytes, signal, range } = request
  const onProgress = progressOf(objects, request)
  const asking = { archive, presets, memoryLimitBytes, signal, onProgress, chosen: range }
  const fields = new FieldSurvey()
  const searched = await askArchive({ sql, values: {} }, asking, async (asked) => {
    for await (const rows of asked.rows.chunks) {
      for (const [type, document] of rows) fields.add(String(type), String(document))
    }
    return asked.searched
  })
  request.onRead?.()
  const hidden = config.privacy?.redact ?? []
  const found = fields.proposed(hidden)
  const { objectFaults: _, unanswered: _a, chosen: _b, ...read } = searched
  const result: ProposeResult = {
    ...{ schema: 'evt.redact-proposal/1', partial: signal.aborted || isCut(searched) },
    ...{ looked: fields.events, fields: found, leftOut: { values: fields.leftOut } },
    redact: [...new Set([...hidden.map(pathText), ...found.map(({ redact }) => redact)])],
    searched: { sources: [...sources], ...read },
  }
  return { result, failure: endedBadly({ ...searched, ...request }) ?? nothingRead(result) }
}

function nothingRead({ looked, searched }: ProposeResult): EvtError | undefined {
  if (looked > 0) return undefined
  const read = `${count(searched.objects, 'object')} and ${count(searched.records, 'record')} read`
  return new EvtError(`no events in ${searched.sources.join(' ')}: ${read}`, {
    code: 'inconclusive',
  })
}

interface Surveyed {
  values: number
  events: number
  kinds: Map<PersonalKind, { count: number; example: string }>
  types: Set<string>
}

/** Counts what values look like, by path, and keeps none of them. */
class FieldSurvey {
  events = 0
  leftOut = 0
  readonly #paths = new Map<string, Surveyed>()

  add(type: string, text: string): void {
    const reading = readJson(text)
    if (!reading.ok) return
    this.events += 1
    const seen = new Set<string>()
    for (const { path, name, value } of leavesOf(reading.value, isDataKey)) {
      if ((typeof value !== 'string' && typeof value !== 'number') || value === '') continue
      const at = this.#at(path)
      if (!at) {
        this.leftOut += 1
        continue
      }
      at.values += 1
      if (!seen.has(path)) at.events += 1
      seen.add(path)
      if (at.types.size < MOST_TYPES) at.types.add(type)
      for (const kind of kindsOf(name, String(value))) {
        const found = at.kinds.get(kind) ?? { count: 0, example: maskedShape(String(value)) }
        at.kinds.set(kind, { ...found, count: found.count + 1 })
      }
    }
  }

  proposed(hidden: readonly JsonPath[]): ProposedField[] {
    const fields = [...this.#paths].flatMap(([path, { values, events, kinds, types }]) => {
      const sure = [...kinds]
        .filter(([kind, found]) => found.count / values >= leastOf(kind))
        .sort(([, a], [, b]) => b.count - a.count)
      const [first] = sure
      if (!first) return []
      const redact = hidingPath(path)
      const field: ProposedField = {
        ...{ path, redact: pathText(redact), kinds: sure.map(([kind]) => kind), events },
        ...{ share: first[1].count / values, types: [...types].sort(compareText) },
        example: first[1].example,
        isHidden: hidden.some((one) => one.every((step, n) => redact[n] === step)),
      }
      return [field]
    })
    return fields.sort((a, b) => b.events - a.events || compareText(a.path, b.path))
  }

  #at(path: string): Surveyed | undefined {
    const known = this.#paths.get(path)
    if (known || this.#paths.size >= MOST_PATHS) return known
    const fresh: Surveyed = { values: 0, events: 0, kinds: new Map(), types: new Set() }
    this.#paths.set(path, fresh)
    return fresh
  }
}

/** A name says it of all values; a share of them may be of another kind. */
const LEAST_BY_NAME = 0.5

function leastOf(kind: PersonalKind): number {
  return shapes.find((shape) => shape.kind === kind)?.least ?? LEAST_BY_NAME
}

function kindsOf(name: string, value: string): PersonalKind[] {
  const byName = kindOfName(name, value)
  const byShape = shapes.filter((shape) => shape.isIn(value, name)).map(({ kind }) => kind)
  return byName ? [...byShape, byName] : byShape
}

/** Up to the first list: a path names one place of it. */
function hidingPath(path: string): JsonPath {
  const parts = path.split('[*]')
  return parsePath(parts[0] ?? path)
}
