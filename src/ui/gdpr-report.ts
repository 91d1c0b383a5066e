import type { FoundEvent } from '../privacy/found-event.js'
import type { Manifest } from '../privacy/manifest.js'
import type { Told } from '../privacy/request.js'
import { csvText } from './csv.js'
import { markdownSafe, markdownText } from './markdown.js'
import { countText } from './numbers.js'
import { jsonText } from './stats-json.js'
import type { Tabular, TabularColumn, TabularValue } from './tabular.js'

/** A section of the report, in plain text, for every format that it has. */
export interface ReportSection {
  readonly title: string
  readonly paragraphs: readonly string[]
  readonly table?: Tabular
}

/** What a person is told who asked for their data, and what only the controller can say. */
export function reportSections(told: Told): ReportSection[] {
  const { counts, eventTime, arrival, completeness, hits, masked, partial } = told
  const span = (name: string, { first, last }: Manifest['eventTime']) =>
    first === null ? `${name}: not known.` : `${name}: from ${first} to ${last}.`
  const found = `${countText(counts.matched)} of ${countText(counts.events)} events are about you`
  return [
    {
      title: 'What was found',
      paragraphs: [
        counts.matched === 0
          ? 'No events about you were found.'
          : `${found}; they are in events.ndjson.`,
        ...(partial ? ['Not all of it could be read: see what was not searched.'] : []),
        span('They happened', eventTime),
        span('They arrived', arrival),
      ],
      table: table(
        ['type', 'source', 'events'],
        told.types.map(({ type, source, events }) => [type, source, events]),
      ),
    },
    {
      title: 'Categories of data',
      paragraphs: ['The fields that these events have, by type.'],
      table: table(
        ['type', 'fields'],
        told.types.map(({ type, fields }) => [type, fields.join(', ')]),
      ),
    },
    {
      title: 'Where the data came from',
      paragraphs: ['The systems that sent these events.'],
      table: table(['source', 'events'], sourcesOf(told)),
    },
    ...recipientSections(told),
    ...storageSections(told),
    ...(hits.length === 0
      ? []
      : [
          {
            title: 'Where your identifiers stand',
            paragraphs: [],
            table: table(
              ['path', 'in a longer text', 'times'],
              hits.map(({ path, part, count }) => [path, part ? 'yes' : 'no', count]),
            ),
          },
        ]),
    ...(told.claims.length === 0 ? [] : [pointedTo(told.claims)]),
    ...(masked.length === 0
      ? []
      : [
          {
            title: 'What was masked',
            paragraphs: ['It is about other people, whose rights must not be affected.'],
            table: table(
              ['type', 'path', 'times'],
              masked.map(({ type, path, count }) => [type, path, count]),
            ),
          },
        ]),
    { title: 'What was searched, and what was not', paragraphs: completeness },
    { title: 'To be added by who answers for the data', paragraphs: toBeAddedTo(told) },
  ]
}

function pointedTo(claims: Told['claims']): ReportSection {
  return {
    title: 'What these events point to',
    paragraphs: ['Payloads that were kept apart from their events.'],
    table: table(
      ['address', 'events', 'where'],
      claims.map(({ address, events, file, reason }) => [address, events, file ?? reason]),
    ),
  }
}

/** Who was sent the events, as far as it is known what is wired. */
function recipientSections({ recipients }: Told): ReportSection[] {
  if (recipients === null) return []
  const { consumers, unrouted } = recipients
  const nobody = unrouted === 0 ? [] : [`Events that reach nobody by it: ${countText(unrouted)}.`]
  const rows = consumers.map(({ id, events, types, how }) => {
    return [id, events, types.join(', '), how === 'matched' ? 'yes' : 'perhaps']
  })
  return [
    {
      title: 'Who received these events',
      paragraphs: ['The systems that they are sent to, by what is wired.', ...nobody],
      table: table(['recipient', 'events', 'types', 'received'], rows),
    },
  ]
}

/** How long it is stored, as far as that is set. */
function storageSections({ storage: { types, buckets } }: Told): ReportSection[] {
  const rows = [
    ...types.map(({ type, period }) => [`events of ${type}`, period]),
    ...buckets.flatMap(({ bucket, rules, reason }) => {
      if (rules === null) return [[`the bucket ${bucket}`, `not known: ${reason}`]]
      if (rules.length === 0) return [[`the bucket ${bucket}`, 'until somebody deletes it']]
      return rules.map((rule) => [`the bucket ${bucket}`, ruleText(rule)])
    }),
  ]
  if (rows.length === 0) return []
  return [
    {
      title: 'How long it is stored',
      paragraphs: ['As it is set for these types of events and where they are kept.'],
      table: table(['what', 'period'], rows),
    },
  ]
}

type BucketRule = NonNullable<Told['storage']['buckets'][number]['rules']>[number]

function ruleText({ prefix, only, expireDays, expireOlderDays, expireAt }: BucketRule): string {
  const where = prefix === '' ? '' : ` below ${prefix}`
  const which = only === null ? '' : `, where it is ${only}`
  const times = [
    ...(expireDays === null ? [] : [`${countText(expireDays)} days`]),
    ...(expireAt === null ? [] : [`until ${expireAt}`]),
    ...(expireOlderDays === null ? [] : [`older versions ${countText(expireOlderDays)} days`]),
  ]
  return `${times.join('; ')}${where}${which}`
}

/** What Article 15(1) asks for and nothing that was looked at knows. */
function toBeAddedTo({ recipients, storage, types }: Told): string[] {
  const isEach = types.every(({ type }) => storage.types.some((one) => one.type === type))
  const isStored = types.length > 0 && isEach
  return [
    'The purposes for which the data is processed.',
    recipients === null
      ? 'The recipients, or kinds of recipients, who received it or will, in other countries too.'
      : 'Recipients beside the systems above, and those in other countries.',
    ...(isStored ? [] : ['How long it is stored, or how that is decided.']),
    ...alwaysAdded,
  ]
}

const alwaysAdded = [
  'The rights to rectification, erasure and restriction, and to object.',
  'The right to complain to a supervisory authority.',
  'Whether decisions are made by machines alone, by which logic, and with what consequences.',
]

export function reportMarkdown(told: Told): string {
  const parts = reportSections(told).flatMap(({ title, paragraphs, table: rows }) => [
    `## ${title}`,
    ...(paragraphs.length === 0
      ? []
      : [paragraphs.map((text) => `- ${markdownSafe(text)}`).join('\n')]),
    ...(rows && rows.rows.length > 0 ? [markdownText(rows)] : []),
  ])
  return `${['# Your data', madeText(told), ...parts].join('\n\n')}\n`
}

function madeText({ createdAt, tool, operator }: Told): string {
  const by = operator === null ? '' : ` for ${markdownSafe(operator)}`
  return `Made at ${createdAt} by evt ${tool.version}${by}.`
}

const columns: readonly (TabularColumn & { of(event: FoundEvent): TabularValue })[] = [
  { name: 'time', type: 'time', of: ({ time }) => time },
  { name: 'receivedAt', type: 'time', of: ({ receivedAt }) => receivedAt },
  { name: 'type', type: 'text', of: ({ type }) => type },
  { name: 'source', type: 'text', of: ({ source }) => source },
  { name: 'id', type: 'text', of: ({ id }) => id },
  { name: 'key', type: 'text', of: ({ key }) => key },
  { name: 'payload', type: 'text', of: ({ payload }) => jsonText(payload) },
]

/** The header of the events as CSV, and the line of one. */
export const eventsCsv = {
  head: csvText({ columns, rows: [], metadata: {} }),
  rowOf(event: FoundEvent): string {
    const rows = [columns.map(({ of }) => of(event))]
    return csvText({ columns, rows, metadata: {} }).slice(this.head.length)
  },
}

function sourcesOf({ types }: Told): [string, number][] {
  const sources = new Map<string, number>()
  for (const { source, events } of types) {
    const name = source === '' ? '(unsaid)' : source
    sources.set(name, (sources.get(name) ?? 0) + events)
  }
  return [...sources]
}

function table(names: readonly string[], rows: readonly (readonly TabularValue[])[]): Tabular {
  const types = names.map((name) => {
    const isCount = name === 'events' || name === 'times'
    return { name, type: isCount ? ('integer' as const) : ('text' as const) }
  })
  return { columns: types, rows, metadata: {} }
}
