import type { AuditResult } from '../../src/audit/result.js'
import { jsonText } from '../../src/event/json.js'
import { type AuditSection, auditSections } from '../../src/ui/audit-sections.js'
import type { AuditView } from '../../src/ui/audit-text.js'
import { bytesText, countText } from '../../src/ui/numbers.js'
import { momentText } from '../../src/ui/times.js'
import { auditPlot } from './audit-plot.js'
import { eventTable } from './audit-table.js'
import { codeBlock } from './code-block.js'
import { brief, type Html, html } from './html.js'
import { termList } from './measured.js'
import { type Made, type Mark, pageText, section } from './page.js'
import { dataTable } from './table.js'
import { type Tile, tileList } from './tiles.js'
import { counted, marksOf, titleOf } from './whole.js'

const NAME_COLUMNS = 160
const MOST_ROWS = 1_000

/** `evt audit -o html`: the timeline of an entity, and what else was asked for. */
export async function auditPage({ result, next }: AuditView, made: Made): Promise<string> {
  const { timeZone } = made
  const { events, entity, mentions, searched } = result
  const sections = auditSections(result, timeZone)
  const nothing = html`<p>No event was found, so that nothing can be said of them.</p>`
  const shown =
    events.length === 0
      ? [section('events', 'Events', nothing)]
      : [
          tileList(tilesOf(result)),
          html`<div class="plots">${auditPlot(events, timeZone)}</div>`,
          section('events', 'Events', eventTable(result, timeZone)),
        ]
  const mentioned = mentions === undefined ? [] : [`mentions ${brief(mentions, NAME_COLUMNS)}`]
  return pageText({
    kind: 'evt audit',
    title: [...(entity === null ? [] : [brief(entity, NAME_COLUMNS)]), ...mentioned].join(' '),
    marks: [...againstMarks(result, sections), ...marksOf(result), ...alternateMarks(result)],
    facts: [
      titleOf(searched.sources),
      `${counted(searched.objects, 'object')}, ${bytesText(searched.bytes)} searched`,
      ...selected(result, timeZone),
    ],
    sections: [
      ...shown,
      ...sections.map(asked),
      section('measured', 'What this means', termList(meanings(result))),
    ],
    next,
    made,
  })
}

/** A copy that is not the state. */
function againstMarks({ against }: AuditResult, sections: readonly AuditSection[]): Mark[] {
  const says = sections.find(({ id }) => id === 'against')?.says ?? ''
  if (against === undefined || against.verdict === 'equal') return []
  const explain = brief(says.slice(says.indexOf(' ') + 1), 2 * NAME_COLUMNS)
  return [{ text: against.verdict, explain }]
}

/** The history is another than that of the archive. */
function alternateMarks({ without = [], with: added = [] }: AuditResult): Mark[] {
  const parts = [
    ...(without.length > 0 ? [`without ${without.join(', ')}`] : []),
    ...(added.length > 0 ? [`with the events of ${added.join(', ')}`] : []),
  ]
  if (parts.length === 0) return []
  const explain = `What would be ${brief(parts.join(' and '), NAME_COLUMNS)}; it did not happen so.`
  return [{ text: 'another history', explain }]
}

function selected({ selection, asOf }: AuditResult, timeZone: string): string[] {
  const { since, until, types, filter } = selection
  const moment = (iso: string) => momentText(iso, timeZone, 8)
  return [
    ...(types.length > 0 ? [`of type ${brief(types.join(', '), NAME_COLUMNS)}`] : []),
    ...(filter === null ? [] : [`matches ${brief(jsonText(filter), NAME_COLUMNS)}`]),
    ...(since === null ? [] : [`since ${moment(since)}`]),
    ...(until === null ? [] : [`until ${moment(until)}`]),
    ...(asOf === null ? [] : [`as of ${moment(asOf)}`]),
  ]
}

function tilesOf({ events, gaps }: AuditResult): Tile[] {
  const deliveries = events.reduce((sum, event) => sum + event.deliveries, 0)
  const again = deliveries - events.length
  const replayed = events.filter(({ flags }) => flags.includes('replay')).length
  const conflicts = events.filter(({ flags }) => flags.includes('conflict')).length
  const late = events.filter(({ flags }) => flags.includes('late')).length
  const reordered = events.filter(({ flags }) => flags.includes('reordered')).length
  const types = new Set(events.map(({ source, type }) => JSON.stringify([source, type])))
  const tile = (label: string, count: number, note: string, wrong = false): Tile => {
    return { label, value: countText(count), note, wrong: wrong && count > 0 }
  }
  return [
    tile('events', events.length, `of ${counted(types.size, 'type')}`),
    tile('delivered again', again, `${countText(deliveries)} deliveries in all`, true),
    tile('replayed', replayed, 'one delivery or more of them'),
    ...(conflicts > 0 ? [tile('copies differ', conflicts, 'came with other payloads', true)] : []),
    tile('late', late, 'arrived after what happened later', true),
    tile('reordered', reordered, 'arrived behind in their stream', true),
    tile('gaps', gaps.length, "in the entity's own counter", true),
  ]
}

function asked({ id, title, says, columns, rows, code, after }: AuditSection): Html {
  const shown = rows.slice(0, MOST_ROWS)
  const hidden = rows.length - shown.length
  const cells = shown.map((row) => row.map((text) => ({ text: brief(text, NAME_COLUMNS) })))
  const lines = [
    ...(hidden > 0 ? [`… ${countText(hidden)} more: --output json shows all`] : []),
    ...after.map((line) => brief(line, 10 * NAME_COLUMNS)),
  ]
  return section(
    id,
    title,
    code === undefined ? html`<p>${brief(says, 2 * NAME_COLUMNS)}</p>` : codeBlock(code),
    rows.length === 0 ? null : dataTable({ caption: title, columns, rows: cells, isNamed: false }),
    html`${lines.map((line) => html`<p class="more">${line}</p>`)}`,
  )
}

function meanings({ searched }: AuditResult): [string, string][] {
  const { records, undecodable } = searched
  return [
    [
      'searched',
      `${counted(records, 'record')}, ${countText(undecodable)} of them undecodable: who knows ` +
        'what those are about.',
    ],
    [
      'order',
      'Events stand in the order in which they happened, each once, however often it came.',
    ],
    [
      'copies differ',
      'A later delivery of the event says something else than the first; JSON shows both.',
    ],
    ['late', 'An event that happened later arrived before it.'],
    [
      'reordered',
      'It arrived after a later one of its stream: its key, by sequence, else by time.',
    ],
    [
      'gaps',
      'Numbers that the counter of the entity skips, where most of its steps are by one. None ' +
        'are claimed where events were left out by their type or a pattern.',
    ],
  ]
}
