import type { JsonValue } from '../event/event.js'
import { parseJson } from '../event/json.js'
import type { Mapping } from '../event/mapping.js'
import type { OnVerdict } from './erase-text.js'
import type { Eraser } from './eraser.js'
import type { Verdict } from './verdict.js'

/** What becomes of a row: it stays as it is, is gone, or is another one. */
type Left = 'kept' | 'dropped' | { readonly value: JsonValue }

/** A row that was judged, and not settled yet. */
export interface JudgedRow {
  readonly record: number
  readonly text: string
  readonly verdict: Verdict
  readonly left: Left
}

/** Takes a subject out of the rows of tables, as JSON, and counts them. */
export class RowEraser {
  units = 0
  unitsDropped = 0

  constructor(
    private readonly eraser: Eraser,
    private readonly onVerdict: OnVerdict,
  ) {}

  /**
   * What is to become of the next row.
   *
   * @param column that holds its events; undefined: the row is one
   */
  async judge(text: string, column: string | undefined): Promise<JudgedRow> {
    const record = ++this.units
    const verdict = await this.eraser.judge(text, column)
    if (verdict.text === null) return { record, text, verdict, left: 'dropped' }
    const isKept = verdict.text === text
    return { record, text, verdict, left: isKept ? 'kept' : { value: parseJson(verdict.text) } }
  }

  /** Of the next row, of which nobody knows what it says. */
  judgeBroken(bytes: Buffer): JudgedRow {
    // What is not UTF-8 in it hides nothing that is.
    const text = bytes.toString()
    const verdict = this.eraser.unreadable(text)
    return {
      ...{ record: ++this.units, text, verdict },
      left: verdict.text === null ? 'dropped' : 'kept',
    }
  }

  /** As which fields mean what. */
  get mapping(): Mapping {
    return this.eraser.mapping
  }

  /** Whether a text that is no row, such as the names of columns, holds what is erased. */
  mayTouch(text: string): boolean {
    return this.eraser.erasesIn(text)
  }

  /** Counts a row. @param isWritable whether it can be written as what it is to become */
  settle({ record, text, verdict, left }: JudgedRow, isWritable = true): void {
    if (isWritable) {
      if (left === 'dropped') this.unitsDropped += 1
      this.onVerdict(verdict, text, record)
      return
    }
    const { dropped, changed, mentioned, unplaced, claims } = verdict
    const pointing = claims && { claims: { ...claims, after: claims.before } }
    const stays = { dropped: 0, changed: 0, mentioned: 0 }
    const all = Math.max(1, dropped + changed, mentioned > 0 ? 1 : 0) + unplaced
    this.onVerdict({ ...verdict, ...stays, ...pointing, text, unplaced: all }, text, record)
  }
}
