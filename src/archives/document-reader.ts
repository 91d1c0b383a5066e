import type { JsonValue, UndecodableReason } from '../event/event.js'
import { parseBytes } from '../event/json.js'
import { endBeforeLike } from './alike.js'
import { BadPlace } from './bad-place.js'
import { HeldBytes } from './held-bytes.js'
import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  isSpace,
  JsonScanner,
  OPEN_ARRAY,
  OPEN_OBJECT,
} from './json-scanner.js'
import type { Fault, RawRecord } from './object.js'
import { isPointerArray } from './pointer-array.js'
import { type ReaderSettings, RecordMaker, type RecordReader } from './record-maker.js'
import { recordsArray } from './records-array.js'

const COMMA = 44
const MOST_MISSED_GUESSES = 16

export interface DocumentSettings extends ReaderSettings {
  /** The entries of `{"Records":[…]}` are records too, and it is none. */
  unwrapsRecords?: boolean | undefined
}

/**
 * Concatenated JSON and JSON arrays, whose entries are the records. From a bad place to the next
 * `{` that starts a readable object is one undecodable. Objects nested in a broken one are part of
 * it: the search goes on where the broken one goes wrong, except for an object that ends just
 * there, which may as well have followed a cut.
 *
 * Memory: one record, `maxRecordBytes` of it. A byte is looked at a bounded number of times.
 */
export class DocumentReader implements RecordReader {
  readonly #settings: DocumentSettings
  readonly #make: RecordMaker
  readonly #held = new HeldBytes()
  readonly #scanner = new JsonScanner()
  /** Index in the held bytes of the next one to look at. */
  #at = 0
  /** Index where the value starts that is being scanned. */
  #start: number | undefined
  /** The value being scanned is over the limit; its bytes are not held. */
  #huge: BadPlace | undefined
  #bad: BadPlace | undefined
  #inArray = false
  /** The object around the array of `Records` has not been closed. */
  #inWrapper = false
  #isEnded = false
  #missedGuesses = 0
  #found: RawRecord[] = []

  constructor(settings: DocumentSettings) {
    this.#settings = settings
    this.#make = new RecordMaker(settings)
  }

  push(chunk: Buffer): RawRecord[] {
    this.#held.append(chunk)
    this.#readOn()
    if (this.#start !== undefined) this.#checkSize(this.#start)
    const done = this.#start ?? this.#at
    this.#held.drop(done)
    this.#at -= done
    if (this.#start !== undefined) this.#start = 0
    return this.#take()
  }

  get pendingBytes(): number | undefined {
    return this.#bad || this.#huge || this.#inArray ? undefined : this.#held.bytes.length
  }

  end(fault: Fault | undefined): RawRecord[] {
    this.#isEnded = true
    if (this.#start === undefined) this.#readOn()
    const isOpen = this.#inArray || this.#inWrapper
    const detail = this.#inArray ? 'ends inside its JSON array' : 'ends before its JSON does'
    const isCut = isOpen && (this.#start !== undefined || !this.#bad)
    if (this.#start !== undefined) this.#endInValue(this.#start, fault)
    if (this.#bad) {
      if (fault) this.#bad.blame('cut', fault.detail)
      this.#endBadPlace(this.#bad)
    } else if (isCut || fault) {
      this.#found.push(this.#make.bad('cut', fault?.detail ?? detail, Buffer.alloc(0)))
    }
    if (isCut && !fault) this.#settings.report({ reason: 'cut', detail })
    return this.#take()
  }

  #take(): RawRecord[] {
    const found = this.#found
    this.#found = []
    return found
  }

  #readOn(): void {
    let goesOn = true
    while (goesOn) {
      if (this.#start !== undefined) goesOn = this.#scanOn(this.#start)
      else goesOn = this.#bad ? this.#seekObject(this.#bad) : this.#seekValue()
    }
  }

  #seekValue(): boolean {
    const { bytes } = this.#held
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at] ?? 0
      if (isSpace(byte) || (this.#inArray && byte === COMMA)) continue
      if (this.#inArray && byte === CLOSE_ARRAY) this.#inArray = false
      else if (this.#closesWrapper(byte)) this.#inWrapper = false
      else if (!this.#inArray && byte === OPEN_ARRAY) {
        const isPointer = isPointerArray(bytes.subarray(this.#at), this.#isEnded)
        if (isPointer === true) this.#startValue(this.#at)
        if (isPointer !== false) return isPointer === true
        this.#inArray = true
      } else return this.#begin(byte)
    }
    return false
  }

  #closesWrapper(byte: number): boolean {
    return this.#inWrapper && !this.#inArray && byte === CLOSE_OBJECT
  }

  #begin(byte: number): boolean {
    if (this.#settings.unwrapsRecords && !this.#inArray) {
      const entries = recordsArray(this.#held.bytes, this.#at)
      if (entries === 'more' && !this.#isEnded) return false
      this.#inWrapper = typeof entries === 'number'
      this.#inArray = this.#inWrapper
      if (typeof entries === 'number') {
        this.#at = entries
        return true
      }
    }
    if (this.#inArray || byte === OPEN_OBJECT) this.#startValue(this.#at)
    else this.#bad = this.#place('not JSON', 'is no JSON object')
    return true
  }

  #seekObject(bad: BadPlace): boolean {
    const { bytes } = this.#held
    const open = bytes.indexOf(OPEN_OBJECT, this.#at)
    const to = open < 0 ? bytes.length : open
    bad.add(bytes.subarray(this.#at, to))
    this.#at = to
    if (open >= 0) this.#startValue(open)
    return open >= 0
  }

  #startValue(at: number): void {
    this.#start = at
    this.#at = at
    this.#scanner.restart()
  }

  #scanOn(start: number): boolean {
    const { bytes, base } = this.#held
    if (this.#at === start && this.#guessed(start)) return true
    const result = this.#scanner.scan(bytes, this.#at, base)
    this.#at = this.#scanner.offset - base
    if (result === 'more') return false
    if (result === 'end') this.#complete(start)
    else this.#broken(start)
    return true
  }

  /**
   * A shortcut that changes nothing: an archive's documents begin alike, so this one probably ends
   * before the next such beginning. If that is JSON, it is the document, and nothing was scanned.
   */
  #guessed(start: number): boolean {
    if (this.#missedGuesses > MOST_MISSED_GUESSES) return false
    const { bytes } = this.#held
    const end = endBeforeLike(bytes, start)
    const value = bytes.subarray(start, end)
    if (value.length > this.#settings.maxRecordBytes) return false
    const reading = end === undefined ? undefined : parseBytes(value)
    if (end === undefined || !reading?.ok) {
      this.#missedGuesses += 2
      return false
    }
    this.#missedGuesses = Math.max(0, this.#missedGuesses - 1)
    this.#at = end
    this.#start = undefined
    this.#read(reading.value, value)
    return true
  }

  #read(value: JsonValue, bytes: Buffer): void {
    if (this.#bad) this.#endBadPlace(this.#bad)
    this.#found.push(this.#make.value(value, bytes))
  }

  /** Lets go of the bytes of a value over the limit. */
  #checkSize(start: number): void {
    const { bytes } = this.#held
    if (!this.#huge && bytes.length - start > this.#settings.maxRecordBytes) {
      this.#huge = this.#bad ?? this.#place('over the limit', '')
    }
    if (!this.#huge) return
    this.#huge.add(bytes.subarray(start))
    this.#start = bytes.length
  }

  #complete(start: number): void {
    const value = this.#held.bytes.subarray(start, this.#at)
    this.#start = undefined
    const huge = this.#hugePlace(value)
    if (huge) {
      if (huge !== this.#bad) this.#emit(huge)
      return
    }
    const reading = parseBytes(value)
    if (reading.ok) {
      this.#read(reading.value, value)
    } else if (this.#inArray && !this.#bad) {
      this.#found.push(this.#make.bad(reading.reason, reading.detail, value))
    } else {
      this.#bad ??= this.#place(reading.reason, reading.detail)
      this.#bad.add(value)
    }
  }

  #broken(start: number): void {
    const { bytes, base } = this.#held
    this.#start = undefined
    const huge = this.#hugePlace(bytes.subarray(start, this.#at))
    if (huge) {
      this.#bad = huge
      return
    }
    const wrong = this.#scanner.offset - base - start + 1
    this.#bad ??= this.#place('not JSON', `is not JSON at byte ${wrong}`)
    if (!this.#inArray) this.#at = this.#swallowed(start) ?? this.#at
    this.#bad.add(bytes.subarray(start, this.#at))
  }

  /** Where the last bytes of a value went that is over the limit; undefined where it is not. */
  #hugePlace(part: Buffer): BadPlace | undefined {
    if (!this.#huge && part.length <= this.#settings.maxRecordBytes) return undefined
    const place = this.#huge ?? this.#bad ?? this.#place('over the limit', '')
    place.add(part)
    this.#huge = undefined
    return place
  }

  /** The object that may begin inside the broken value: one that is complete where the value goes
   * wrong, or one whose `{"` was taken for the end of a string that a cut had left open. */
  #swallowed(start: number): number | undefined {
    const { closedObject, closedString } = this.#scanner
    const { bytes, base } = this.#held
    if (closedObject >= 0) return closedObject - base
    if (closedString < 0) return undefined
    let at = closedString - base - 1
    while (isSpace(bytes[at] ?? 0)) at--
    return at > start && bytes[at] === OPEN_OBJECT ? at : undefined
  }

  #endInValue(start: number, fault: Fault | undefined): void {
    this.#bad ??= this.#huge ?? this.#place('cut', 'ends before its JSON does')
    const mayFollowCut = !fault && !this.#inArray && !this.#huge
    if (mayFollowCut && this.#scanner.closedObject >= 0) {
      this.#broken(start)
      this.#readOn()
    } else {
      this.#bad.add(this.#held.bytes.subarray(start))
    }
  }

  #endBadPlace(place: BadPlace): void {
    this.#emit(place)
    this.#bad = undefined
  }

  #place(reason: UndecodableReason, detail: string): BadPlace {
    const { keepsBad, maxRecordBytes } = this.#settings
    return new BadPlace(reason, detail, keepsBad ? maxRecordBytes : 0)
  }

  #emit({ reason, detail, head, inkBytes, whole }: BadPlace): void {
    const shown = head.subarray(0, inkBytes)
    this.#found.push(
      reason === 'over the limit'
        ? this.#make.overLimit(shown, inkBytes)
        : this.#make.bad(reason, detail, shown, inkBytes, whole),
    )
  }
}
