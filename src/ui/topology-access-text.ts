import pc from 'picocolors'
import type { Access, AccessResult, ResourceAccess, Sent } from '../topology/access.js'
import { markdownSafe, markdownText } from './markdown.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Cell, type Column, usedLines } from './table.js'
import { counted, gapLines, textOf } from './topology-text.js'

const MOST_SHOWN = 500

const columns: readonly Column[] = [
  { title: 'resource', align: 'left', shrinkTo: 24 },
  { title: 'may', align: 'left' },
  { title: 'who', align: 'left', shrinkTo: 24 },
  { title: 'by', align: 'left' },
  { title: 'what', align: 'left', shrinkTo: 24, luxury: 1 },
  { title: '', align: 'left' },
]

interface Row {
  readonly id: string
  readonly may: string
  readonly who: string
  readonly by: string
  readonly what: string
  readonly mark: string
}

/** A line for each who may, under the resource; then who did. */
export function topologyAccessText(result: AccessResult, style: TextStyle): string {
  const { bold, red } = pc.createColors(style.color)
  const rows = result.resources.flatMap(rowsOf)
  const cells = rows.slice(0, MOST_SHOWN).map(({ id, may, who, by, what, mark }, n): Cell[] => {
    const isFirst = rows[n - 1]?.id !== id
    return [
      { text: isFirst ? bold(safeText(id)) : '' },
      ...[may, safeText(who), by, safeText(what)].map((text) => ({ text })),
      { text: mark.startsWith('!') ? red(mark) : mark },
    ]
  })
  const hidden = rows.length - MOST_SHOWN
  const more = hidden > 0 ? [`… ${counted(hidden, 'more line')}, which -o json has`] : []
  const lines = [...usedLines(columns, cells, style), ...more]
  return textOf([[headline(result)], lines, gapLines(result.gaps, style)], style)
}

function headline({ resources, sources }: AccessResult): string {
  const open = resources.filter(({ senders, receivers }) =>
    [...senders, ...receivers].some(({ isPublic }) => isPublic),
  )
  const told = open.length === 0 ? '' : `, ${open.length} open to everybody`
  return `${counted(resources.length, 'resource')}${told}   ${safeText(sources.join(' '))}`
}

function rowsOf({ id, senders, receivers, observed }: ResourceAccess): Row[] {
  const rows = [
    ...senders.map((one) => rowOf(id, 'send', one)),
    ...receivers.map((one) => rowOf(id, 'receive', one)),
    ...observed.map((one) => sentRow(id, one)),
  ]
  return rows.length > 0 ? rows : [{ id, may: 'nobody', who: '', by: '', what: '', mark: '' }]
}

function rowOf(id: string, may: string, access: Access): Row {
  const { who, by, actions, isConditional, isPublic, account } = access
  const marks = [
    ...(isPublic ? ['! everybody'] : []),
    ...(account === null ? [] : [`account ${account}`]),
    ...(isConditional ? ['on conditions'] : []),
  ]
  return { id, may, who, by, what: actions.join(', '), mark: marks.join(', ') }
}

function sentRow(id: string, { source, count, isAllowed }: Sent): Row {
  const mark = isAllowed ? '' : '! nobody here may'
  return { id, may: 'sent', who: source, by: 'observed', what: eventsText(count), mark }
}

function eventsText(count: number): string {
  return `${countText(count)} ${count === 1 ? 'event' : 'events'}`
}

/** For the comment of a pull request. */
export function topologyAccessMarkdown(result: AccessResult): string {
  const rows = result.resources.flatMap(rowsOf)
  const names = ['resource', 'may', 'who', 'by', 'what', 'mark']
  const table = markdownText({
    columns: names.map((name) => ({ name, type: 'text' as const })),
    rows: rows.map(({ id, may, who, by, what, mark }) => [id, may, who, by, what, mark]),
    metadata: {},
  })
  return `### evt topology access: ${markdownSafe(headline(result))}\n\n${table}`
}
