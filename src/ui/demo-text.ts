import { nextLines } from './next-lines.js'
import { countText, NONE } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, tableLines } from './table.js'
import { wrapped } from './wrapped.js'

/** A fault that `evt demo` planted, beside what evt measured. */
export interface PlantedFault {
  readonly what: string
  readonly planted: number | string | null
  readonly found: number | string | null
  /** One event that proves it, as short text. */
  readonly witness?: string
}

const columns: readonly Column[] = [
  { title: '', align: 'left', shrinkTo: 20 },
  { title: 'planted', align: 'right' },
  { title: '', align: 'left' },
  { title: 'found', align: 'right' },
  { title: 'for example', align: 'left', shrinkTo: 16, luxury: 1 },
]

/** What was planted beside what was found, the verdict, and commands to go on with. */
export function demoText(
  faults: readonly PlantedFault[],
  next: readonly (readonly string[])[],
  style: TextStyle,
): string {
  const witnessed = faults.some(({ witness }) => witness !== undefined)
  const rows = faults.map((fault): Cell[] => {
    const same = fault.planted === fault.found
    return [
      { text: safeText(fault.what) },
      { text: figure(fault.planted) },
      { text: same ? '=' : '≠' },
      { text: figure(fault.found), wrong: !same },
      { text: safeText(fault.witness ?? '') },
    ]
  })
  const parts = [
    tableLines(witnessed ? columns : columns.slice(0, 4), rows, style),
    wrapped(verdict(faults), style.width),
    nextLines(next, style),
  ]
  return paragraphs(parts, style)
}

function figure(value: number | string | null): string {
  if (value === null) return NONE
  return typeof value === 'number' ? countText(value) : safeText(value)
}

function verdict(faults: readonly PlantedFault[]): string {
  const wrong = faults.filter(({ planted, found }) => planted !== found)
  const all = countText(faults.length)
  if (wrong.length === 0) return `evt found what was planted: ${all} of ${all} figures are equal.`
  const names = wrong.map(({ what }) => safeText(what)).join(', ')
  const differ = wrong.length === 1 ? 'differs' : 'differ'
  const some = countText(wrong.length)
  return `! ${some} of ${all} figures ${differ} from what was planted: ${names}.`
}
