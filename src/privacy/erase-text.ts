import { isUtf8 } from 'node:buffer'
import type { Format } from '../archives/object.js'
import { readJson } from '../event/json.js'
import type { Eraser } from './eraser.js'
import { gapsOf } from './json-layer.js'
import { lineEndBehind, type Unit, type UnitGroup, unitGroups } from './units.js'
import type { Verdict } from './verdict.js'

/** Called for each record that was judged. */
export type OnVerdict = (verdict: Verdict, text: string, record: number) => void

/** Takes a subject out of texts, and counts what they consist of: lines, or values. */
export class TextEraser {
  units = 0
  unitsDropped = 0
  #record = 0
  readonly #eraser: Eraser
  readonly #onVerdict: OnVerdict

  constructor(eraser: Eraser, onVerdict: OnVerdict) {
    this.#eraser = eraser
    this.#onVerdict = onVerdict
  }

  /** A line without its end; null where nothing of it is left. */
  async line(bytes: Buffer): Promise<Buffer | null> {
    this.units += 1
    this.#record = this.units
    const text = isUtf8(bytes) ? bytes.toString() : null
    if (text !== null && !this.#eraser.mayTouch(text)) return bytes
    const left = text === null ? this.#broken(bytes) : await this.#line(text)
    if (left === null || left.trim() === '') {
      this.unitsDropped += 1
      return null
    }
    return text === null || left === text ? bytes : Buffer.from(left)
  }

  /** A text with several values, or with one list of them; null where it is no such text, and may
   * hold what is looked for: nobody knows what would go with it. */
  async text(text: string, format: Format): Promise<string | null> {
    const groups = unitGroups(text, format)
    if (groups) return this.#groups(text, groups, true)
    return this.#eraser.mayTouch(text) ? null : text
  }

  async #line(text: string): Promise<string | null> {
    const groups = unitGroups(text, 'ndjson') ?? []
    const isSeveral = groups.some(({ isList, units }) => isList || units.length > 1)
    const isReadable = groups.every(({ units }) =>
      units.every(({ start, end }) => readJson(text.slice(start, end)).ok),
    )
    return isSeveral && isReadable ? this.#groups(text, groups, false) : this.#judge(text)
  }

  async #groups(text: string, groups: readonly UnitGroup[], areUnits: boolean): Promise<string> {
    const changes: (Unit & { text: string })[] = []
    for (const { units, isList } of groups) {
      const dropped = new Set<Unit>()
      for (const unit of units) {
        if (areUnits) this.#record = ++this.units
        const before = text.slice(unit.start, unit.end)
        const isKept = areUnits && this.#isBroken(before)
        const after = isKept ? before : await this.#judge(before)
        if (after === null) dropped.add(unit)
        else if (after !== before) changes.push({ ...unit, text: after })
      }
      if (areUnits) this.unitsDropped += dropped.size
      if (isList) changes.push(...gapsOf(units, (unit) => dropped.has(unit)))
      else {
        for (const { start, end } of dropped) {
          changes.push({ start, end: lineEndBehind(text, end), text: '' })
        }
      }
    }
    return changed(text, changes)
  }

  /** Of a broken place among others nobody knows what all belongs to it: it stays, and is told. */
  #isBroken(text: string): boolean {
    if (!this.#eraser.mayTouch(text) || readJson(text).ok) return false
    const { mentioned, unreadable, ...verdict } = this.#eraser.unreadable(text)
    this.#tell({ ...verdict, text, mentioned: 0, unreadable: mentioned + unreadable }, text)
    return true
  }

  /** What is not UTF-8 in it hides nothing that is. */
  #broken(bytes: Buffer): string | null {
    const text = bytes.toString()
    const verdict = this.#eraser.unreadable(text)
    this.#tell(verdict, text)
    return verdict.text
  }

  async #judge(text: string): Promise<string | null> {
    const verdict = await this.#eraser.judge(text)
    this.#tell(verdict, text)
    return verdict.text
  }

  #tell(verdict: Verdict, text: string): void {
    this.#onVerdict(verdict, text, this.#record)
  }
}

function changed(text: string, changes: (Unit & { text: string })[]): string {
  const parts: string[] = []
  let at = 0
  for (const change of changes.sort((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, change.start), change.text)
    at = change.end
  }
  return parts.join('') + text.slice(at)
}
