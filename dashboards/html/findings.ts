import type { Finding, Witness } from '../../src/stats/result.js'
import { countText, durationText } from '../../src/ui/numbers.js'
import { momentText } from '../../src/ui/times.js'
import { brief, type Html, html } from './html.js'
import { type Cell, dataTable } from './table.js'

const MOST_FINDINGS = 200
const OPEN_FINDINGS = 12
const MOST_WITNESSES = 10
const ID_COLUMNS = 120
const HEAD_COLUMNS = 160
const EXPLAIN_COLUMNS = 2_000

const order = { fault: 0, warning: 1, note: 2 } as const
const signs = { fault: '!', warning: '!', note: '·' } as const

/** What is shown of a finding. */
type Told = Pick<Finding, 'severity' | 'explain' | 'witnesses'>

/** Every finding as a sentence with its witnesses: faults first, then warnings, then notes. */
export function findingList(findings: readonly Told[], timeZone: string): Html {
  if (findings.length === 0) return html`<p>Nothing was found to be wrong.</p>`
  const sorted = [...findings].sort((a, b) => order[a.severity] - order[b.severity])
  const items = sorted.slice(0, MOST_FINDINGS).map((finding) => findingItem(finding, timeZone))
  const list = (some: readonly Html[]) => html`<ul class="findings">\n${some}</ul>`
  const [open, closed] = [items.slice(0, OPEN_FINDINGS), items.slice(OPEN_FINDINGS)]
  const hidden = sorted.length - items.length
  const more = `${countText(closed.length)} more ${closed.length === 1 ? 'finding' : 'findings'}`
  return html`${list(open)}
${closed.length > 0 ? html`<details><summary>${more}</summary>${list(closed)}</details>` : null}
${moreLine(hidden)}`
}

function moreLine(hidden: number): Html | null {
  if (hidden <= 0) return null
  return html`<p class="more">… ${countText(hidden)} more: --output json shows all</p>`
}

function findingItem({ severity, explain, witnesses }: Told, timeZone: string): Html {
  const shown = witnesses.slice(0, MOST_WITNESSES)
  const hidden = witnesses.length - shown.length
  return html`<li class="${severity}">
<p><span class="sign" aria-hidden="true">${signs[severity]}</span>
<span class="kind">${severity}</span>
<bdi>${brief(explain, EXPLAIN_COLUMNS)}</bdi></p>
${shown.length > 0 ? witnessTable(shown, timeZone) : null}
${moreLine(hidden)}
</li>
`
}

interface Field {
  readonly title: string
  readonly isNumber?: boolean
  readonly cell: (witness: Witness, timeZone: string) => Cell | null
}

const code = (text: string | null | undefined, most = ID_COLUMNS): Cell | null =>
  text === null || text === undefined ? null : { text: brief(text, most), isCode: true }

const measured = (value: number | undefined, text: (value: number) => string): Cell | null =>
  value === undefined ? null : { text: text(value), value }

/** What a witness can show, in the order of reading. */
const fields: readonly Field[] = [
  { title: 'shows', cell: ({ role }) => (role ? { text: brief(role, ID_COLUMNS) } : null) },
  { title: 'key', cell: ({ key }) => code(key) },
  { title: 'sequence', cell: ({ sequence }) => code(sequence) },
  { title: 'id', cell: ({ id }) => code(id) },
  { title: 'arrived', cell: ({ receivedAt }, zone) => moment(receivedAt, zone) },
  { title: 'time', cell: ({ time }, zone) => moment(time, zone) },
  { title: 'latency', isNumber: true, cell: ({ latencyMs }) => measured(latencyMs, duration) },
  { title: 'behind', isNumber: true, cell: ({ extent }) => measured(extent, countText) },
  { title: 'late', isNumber: true, cell: ({ lateMs }) => measured(lateMs, duration) },
  { title: 'reason', cell: ({ reason }) => (reason ? { text: reason } : null) },
  { title: 'begins with', cell: ({ head }) => code(head, HEAD_COLUMNS) },
  { title: 'where', cell: ({ position: at }) => code(at && `${at.path}:${at.record}`) },
]

const duration = (ms: number) => durationText(ms, 3)

function moment(iso: string | null | undefined, timeZone: string): Cell | null {
  return iso ? { text: momentText(iso, timeZone) } : null
}

/** The columns that any of these witnesses has something for. */
function witnessTable(witnesses: readonly Witness[], timeZone: string): Html {
  const columns = fields.flatMap(({ cell, ...column }) => {
    const cells = witnesses.map((witness) => cell(witness, timeZone))
    return cells.some((one) => one !== null) ? [{ column, cells }] : []
  })
  if (columns.length === 0) return html``
  return dataTable({
    caption: 'Witnesses',
    columns: columns.map(({ column }) => column),
    rows: witnesses.map((_, i) => columns.map(({ cells }) => cells[i] ?? { text: '' })),
    isNamed: false,
  })
}
