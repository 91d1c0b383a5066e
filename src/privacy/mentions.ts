import { folding } from './hits.js'
import type { JsonLayer } from './json-layer.js'
import { lettersOf } from './nested-text.js'
import { identifiersOf, idOf, isTelling, type Subject } from './subject.js'

/** What stands for a part of a text; too short to be an identifier itself. */
const ERASED = '[...]'

/** What MAY_BE_PACKED finds: many letters, or a value of a word. */
const letters = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{20}/
const words = /"\s*([A-Za-z0-9+/]{8,19}={0,2})\s*"\s*(?=[,}\]]|$)/g
const isBase64 = /^\s*[A-Za-z0-9+/]{8,}={0,2}\s*$/
/** What begins with a head of its own, and may write what is in it as it likes: zstd, Avro by a
 * registry. Any other packing takes more bytes than a word has. */
const hasHead = /^(?:\x28\xb5\x2f\xfd|\0)/
/** In binary mode, headers are the event's, in bytes or with percent signs. */
const cloudEvent = /"(?:ce[-_]|cloudevents[:_])specversion"/i
/** Numbers that are not written as they are read. */
const oddNumbers = /(?<=[[:,]\s*)-?\d+(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+)(?=\s*(?:[,}\]]|$))/g

/** Finds identifiers in records, wherever they stand, and takes them out. */
export class Mentions {
  /** Some values are looked for at their paths. */
  readonly hasPaths: boolean
  /** A text as it is compared, and as pseudonyms are made of it. */
  readonly fold: (text: string) => string
  /** All that records are looked at for. */
  readonly #identifiers: readonly string[]
  /** What is taken out wherever it stands, in its written forms, and what each is a form of. */
  readonly #erased: ReadonlyMap<string, string>
  readonly #hasNumbers: boolean

  constructor(
    private readonly subject: Subject,
    isErasing: boolean,
  ) {
    this.fold = folding(subject)
    this.hasPaths = subject.values.some(({ path }) => path !== null)
    const ids = subject.entities.map(idOf)
    const values = subject.values.flatMap(({ path, value }) => (path === null ? [value] : []))
    this.#erased = isErasing ? formsOf([...ids.filter(isTelling), ...values], this.fold) : new Map()
    this.#identifiers = identifiersOf(subject).flatMap(writtenForms).map(this.fold)
    this.#hasNumbers = this.#identifiers.some((value) => /^-?\d/.test(value))
  }

  /** Whether a text has to be looked at closely: quick, and never wrongly no. Escapes, base64 and
   * other ways to write a number may hide what is looked for. */
  mayBeIn(text: string): boolean {
    if (text.includes('\\') || cloudEvent.test(text) || this.#mayBePacked(text)) return true
    if (this.#hasNumbers && this.#isOddlyWritten(text)) return true
    const isWide = this.subject.ignoreCase && /[\u0080-\uffff]/.test(text)
    return isWide || this.isIn(text)
  }

  /** Words look like base64, too: these are looked into. */
  #mayBePacked(text: string): boolean {
    if (letters.test(text)) return true
    return [...text.matchAll(words)].some(([, word = '']) => {
      const bytes = Buffer.from(word, 'base64').toString('latin1')
      return hasHead.test(bytes) || isBase64.test(bytes) || this.mayBeIn(bytes)
    })
  }

  #isOddlyWritten(text: string): boolean {
    return [...text.matchAll(oddNumbers)].some(([number]) => this.isIn(String(Number(number))))
  }

  isIn(text: string): boolean {
    const folded = this.fold(text)
    return this.#identifiers.some((value) => folded.includes(value))
  }

  /** The same of a text that may be in base64, of bytes that are no JSON. */
  isInBytes(text: string): boolean {
    return this.isIn(text) || this.isIn(lettersOf(text))
  }

  /** Whether a text holds what is erased wherever it stands: no short ids, no bare numbers. */
  isErasedIn(text: string): boolean {
    return this.#isPart(this.fold(text))
  }

  /**
   * Takes out what is erased wherever it stands: whole values, parts of longer texts, names.
   *
   * @returns at how many places
   */
  blank(root: JsonLayer, replacement: (value: string) => string | null): number {
    let count = 0
    for (const layer of root.layers()) {
      for (const node of layer.nodes()) {
        if (node.kind === 'object') count += this.#rename(layer, node)
        if (node.kind !== 'scalar' || layer.inner.has(node) || layer.isSet(node)) continue
        const value = layer.valueOf(node)
        if (typeof value !== 'string' && typeof value !== 'number') continue
        const text = String(value)
        const folded = this.fold(text)
        const whole = this.#erased.get(folded)
        if (whole !== undefined) layer.set(node, replacement(whole))
        else if (typeof value === 'string' && this.#isPart(folded)) {
          layer.set(node, this.#without(text))
        } else if (this.#isPart(this.fold(lettersOf(text)))) {
          layer.set(node, packedOf(this.#without(lettersOf(text))))
        } else continue
        count += 1
      }
    }
    return count
  }

  #rename(layer: JsonLayer, node: Extract<JsonLayer['root'], { kind: 'object' }>): number {
    const found = node.entries.filter(({ name }) => this.#isPart(this.fold(name)))
    for (const entry of found) layer.rename(entry, this.#without(entry.name))
    return found.length
  }

  #isPart(folded: string): boolean {
    return [...this.#erased.keys()].some((value) => folded.includes(value))
  }

  /** A text without what is erased. Where its small letters are not one for one, all of it goes. */
  #without(text: string): string {
    return [...this.#erased.keys()].reduce((left, value) => {
      const folded = this.fold(left)
      if (!folded.includes(value)) return left
      if (folded.length !== left.length) return ERASED
      const parts: string[] = []
      let from = 0
      for (let at = folded.indexOf(value); at >= 0; at = folded.indexOf(value, from)) {
        parts.push(left.slice(from, at), ERASED)
        from = at + value.length
      }
      return parts.join('') + left.slice(from)
    }, text)
  }
}

function packedOf(plain: string): string {
  return Buffer.from(plain, 'latin1').toString('base64')
}

/** The longest first: an id may be a part of an address, which goes as a whole. */
function formsOf(values: readonly string[], fold: (text: string) => string): Map<string, string> {
  const forms = values.flatMap((value) =>
    writtenForms(value).map((form) => [fold(form), value] as const),
  )
  return new Map(forms.sort(([a], [b]) => b.length - a.length))
}

/** A text, and how it is read where it stands in bytes: of Avro each is a letter (Latin-1), of
 * Parquet those beyond ASCII are written as `\xC3`. */
function writtenForms(text: string): string[] {
  if (/^[\x20-\x7e]*$/.test(text)) return [text]
  const bytes = Buffer.from(text)
  const escaped = [...bytes].map((byte) =>
    byte >= 0x20 && byte < 0x7f
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  )
  return [text, bytes.toString('latin1'), escaped.join('')]
}
