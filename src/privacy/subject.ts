import { EvtError } from '../errors.js'
import { type JsonPath, parsePath } from '../event/json-path.js'
import type { Mapping } from '../event/mapping.js'
import { suggest } from '../event/suggest.js'

/** A value that is looked for in documents: at one path, or at all (`path` is null). */
export interface ValueSearch {
  readonly path: JsonPath | null
  readonly value: string
}

/** Who the events are about that are looked for. */
export interface Subject {
  /** `kind:id`, found by the mapping. */
  readonly entities: readonly string[]
  /** Of `--also`. */
  readonly values: readonly ValueSearch[]
  readonly ignoreCase: boolean
  /** Whether values are found inside of longer texts too, and in JSON that is a text. */
  readonly deep: boolean
}

/**
 * Reads `$.detail.email=ada@example.com`, or `*=ada@example.com` for any place.
 *
 * @throws EvtError `usage` for anything else; it does not repeat the value
 */
export function parseSearch(text: string): ValueSearch {
  const search = text.startsWith('*=') ? { path: null, value: text.slice(2) } : atPath(text)
  if (search && search.value !== '') return search
  throw new EvtError(search ? '--also looks for nothing' : '--also is not PATH=VALUE', {
    code: 'usage',
    hint: "write '$.detail.email=ADDRESS', or '*=ADDRESS' for any place",
  })
}

/** The id of an entity without its kind. */
export function idOf(entity: string): string {
  return entity.slice(entity.indexOf(':') + 1)
}

export function kindOf(entity: string): string {
  return entity.slice(0, entity.indexOf(':'))
}

/** Everything that identifies a subject, as it was typed, the longest first: one may be a part of
 * another. */
export function identifiersOf({ entities, values }: Subject): string[] {
  const all = new Set([...entities.map(idOf), ...values.map(({ value }) => value)])
  return [...all].sort((a, b) => b.length - a.length)
}

/** What stands for an identifier. */
export const IDENTIFIER = '[identifier]'

/**
 * A text with identifiers of a subject taken out, for what is kept as evidence: paths may hold
 * them. Short ones would be found by chance: they are taken out behind their kind, as in user=42.
 * Of a text with one as long as a book nothing is left.
 */
export function withoutIdentifiers(text: string, subject: Subject): string {
  const flags = subject.ignoreCase ? 'giu' : 'gu'
  const without = identifiersOf(subject)
    .filter((value) => isTelling(value) || isLong(value))
    .reduce((left, value) => withoutText(left, value, IDENTIFIER, flags), text)
  return subject.entities
    .filter((entity) => !isTelling(idOf(entity)) && !isLong(idOf(entity)))
    .map((entity) => {
      const [kind, id] = [quoted(kindOf(entity)), quoted(idOf(entity))]
      return new RegExp(`(?<=(?<![\\p{L}\\p{N}])${kind}s?[:=/_-])${id}(?![\\p{L}\\p{N}])`, 'giu')
    })
    .reduce((left, value) => left.replace(value, IDENTIFIER), without)
}

/** A text with what stands for another one in its place; where that is as long as a book, in place
 * of the whole text. */
export function withoutText(text: string, other: string, instead: string, flags = 'giu'): string {
  if (other.length > text.length) return text
  if (!isLong(other)) return text.replace(new RegExp(quoted(other), flags), () => instead)
  return text.toLowerCase().includes(other.toLowerCase()) ? instead : text
}

/** Longer than a regular expression can be, or nearly so. */
function isLong({ length }: string): boolean {
  return length > 8_192
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** Whether a value says by itself whom it is of: it is of some length, and no bare number. */
export function isTelling(value: string): boolean {
  return value.length >= 6 && !/^-?\d+$/.test(value)
}

/**
 * The kinds that the mapping knows are all that events can be about.
 *
 * @throws EvtError `usage` for another, without the id
 */
export function checkKinds({ entities }: Subject, { rules }: Mapping): void {
  const known = rules.flatMap(({ mapping }) => (mapping.entities ?? []).map(({ kind }) => kind))
  const kinds = [...new Set(known)].sort()
  const unknown = entities.map(kindOf).find((kind) => !kinds.includes(kind))
  if (unknown === undefined) return
  if (kinds.length === 0) {
    throw new EvtError('the mapping names no entities', {
      code: 'usage',
      hint:
        `--map entities.${unknown}=$.path.of.its.id, or entities: in evt.yaml; evt init proposes ` +
        'them\nwithout any, evt gdpr find VALUE SOURCE tells where a value is, and --also ' +
        "'*=VALUE'\ntakes it along",
    })
  }
  const near = suggest(unknown, kinds)
  const meant = near === undefined ? '' : `did you mean ${near}?\n`
  throw new EvtError(`${unknown} is no kind of entity`, {
    code: 'usage',
    hint: `${meant}kinds are ${kinds.join(', ')}`,
  })
}

function atPath(text: string): ValueSearch | undefined {
  if (!text.startsWith('$')) return undefined
  for (let at = text.indexOf('='); at >= 0; at = text.indexOf('=', at + 1)) {
    const path = pathIn(text.slice(0, at))
    if (path) return { path, value: text.slice(at + 1) }
  }
  return undefined
}

/** A sign = may stand in the quotes of a path. */
function pathIn(text: string): JsonPath | undefined {
  try {
    return parsePath(text)
  } catch (error) {
    if (error instanceof EvtError) return undefined
    throw error
  }
}
