import pc from 'picocolors'
import type { JsonObject } from '../event/event.js'
import type { ExplainedField } from '../event/pattern-explain.js'
import type { MatchMiss, MatchResult } from '../topology/match/result.js'
import { markdownSafe, markdownText } from './markdown.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, usedLines } from './table.js'
import { counted, gapLines, textOf } from './topology-text.js'
import { treePrefixes } from './trace-tree.js'
import { wrapped } from './wrapped.js'

const MOST_SHOWN = 200

const columns: readonly Column[] = [
  { title: 'reaches', align: 'left', shrinkTo: 40 },
  { title: 'via', align: 'left' },
  { title: 'payload', align: 'left', shrinkTo: 24, luxury: 1 },
]

/** Where the event goes as a tree, then what does not take it, with the fields that keep it. */
export function topologyMatchText(result: MatchResult, style: TextStyle): string {
  const { reached, missed } = result
  const rows = [...result.at.map((id) => ({ cause: null, id, via: '', payload: null, notes: [] }))]
  const starts = new Map(result.at.map((id, n) => [id, n]))
  const steps = reached.map(({ from, to, via, cause, payload, notes }) => ({
    ...{ cause: cause === null ? (starts.get(from) ?? 0) : cause + rows.length, id: to },
    ...{ via, payload, notes },
  }))
  const tree = inOrder([...rows, ...steps])
  const prefixes = treePrefixes(tree)
  const { bold } = pc.createColors(style.color)
  const cells = tree
    .slice(0, MOST_SHOWN)
    .map(({ cause, id, via, payload }, n): Cell[] => [
      { text: `${prefixes[n]}${cause === null ? bold(safeText(id)) : safeText(id)}` },
      { text: via },
      { text: payload === null ? '' : safeText(payload) },
    ])
  const notes = reached.flatMap(({ from, to, notes }) =>
    notes.map((one) => `${from} > ${to}: ${one}`),
  )
  const parts = [
    [headline(result)],
    usedLines(columns, cells, style),
    hiddenLine(tree.length),
    [...new Set(notes)].flatMap((note) => noted(note, style)),
    missed.slice(0, MOST_SHOWN).flatMap((miss) => missLines(miss, style)),
    hiddenLine(missed.length),
    gapLines(result.gaps, style),
  ]
  return textOf(parts, style)
}

function hiddenLine(count: number): string[] {
  const hidden = count - MOST_SHOWN
  return hidden > 0 ? [`… ${counted(hidden, 'more line')}, which -o json has`] : []
}

interface Row {
  readonly cause: number | null
  readonly id: string
  readonly via: string
  readonly payload: string | null
}

/** Each node right before what it leads to, as a tree is drawn. */
function inOrder(rows: readonly Row[]): Row[] {
  const below = new Map<number | null, number[]>()
  for (const [n, { cause }] of rows.entries()) below.set(cause, [...(below.get(cause) ?? []), n])
  const order: number[] = []
  const open = [...(below.get(null) ?? [])].reverse()
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    order.push(next)
    open.push(...[...(below.get(next) ?? [])].reverse())
  }
  const place = new Map(order.map((n, at) => [n, at]))
  return order.flatMap((n) => {
    const row = rows[n]
    return row
      ? [{ ...row, cause: row.cause === null ? null : (place.get(row.cause) ?? null) }]
      : []
  })
}

function headline({ event, reached, missed, sources }: MatchResult): string {
  const { source, 'detail-type': type } = event as JsonObject
  const named = [source, type].filter((one) => typeof one === 'string').join(' ')
  const taken = reached.length === 0 ? 'reaches nobody' : counted(reached.length, 'step')
  const left = missed.length === 0 ? '' : `, ${missed.length} not taken`
  const what = safeText(named === '' ? 'the event' : named)
  return `${what}: ${taken}${left}   ${safeText(sources.join(' '))}`
}

function missLines({ from, to, via, fields, notes }: MatchMiss, style: TextStyle): string[] {
  const { bold } = pc.createColors(style.color)
  const head = `· ${bold(safeText(`${from} > ${to}`))}  ${via}`
  return [
    head,
    ...[...fields.filter(isMissing).map(fieldText), ...notes].flatMap((text) => {
      return wrapped(safeText(text), style.width - 2).map((line) => `  ${line}`)
    }),
  ]
}

function isMissing({ holds }: ExplainedField): boolean {
  return !holds
}

function fieldText({ path, wanted, found }: ExplainedField): string {
  return `${path} wants ${wanted}, and ${found === null ? 'is not there' : `is ${found}`}`
}

function noted(note: string, { width }: TextStyle): string[] {
  const [first = '', ...rest] = wrapped(safeText(note), width - 2)
  return [`· ${first}`, ...rest.map((line) => `  ${line}`)]
}

/** For the comment of a pull request. */
export function topologyMatchMarkdown(result: MatchResult): string {
  const text = (name: string) => ({ name, type: 'text' as const })
  const taken = markdownText({
    columns: ['from', 'via', 'to', 'payload'].map(text),
    rows: result.reached.map(({ from, via, to, payload }) => [from, via, to, payload]),
    metadata: {},
  })
  const left = markdownText({
    columns: ['not taken by', 'via', 'because'].map(text),
    rows: result.missed.map(({ from, to, via, fields, notes }) => {
      const why = [...fields.filter(isMissing).map(fieldText), ...notes]
      return [`${from} > ${to}`, via, why.join('; ')]
    }),
    metadata: {},
  })
  return [
    `### evt topology match: ${markdownSafe(headline(result))}`,
    ...(result.reached.length === 0 ? [] : ['', taken]),
    ...(result.missed.length === 0 ? [] : ['', left]),
  ].join('\n')
}
