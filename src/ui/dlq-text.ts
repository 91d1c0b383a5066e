import type { FoundQueue } from '../dlq/queue.js'
import type { DlqResult, LetterGroup, StreamFailure } from '../dlq/result.js'
import { counted } from '../stats/findings/phrases.js'
import { orderNotes } from './dlq-order-text.js'
import { nextLines } from './next-lines.js'
import { bytesText, countText, durationText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { type Column, usedLines } from './table.js'
import { momentText, parsedMs } from './times.js'
import { shortened } from './width.js'
import { wrapped } from './wrapped.js'

const MOST_GROUPS = 20
const MOST_STREAMS = 10
/** Less is soon. */
const SOON_MS = 24 * 3_600_000

interface Then {
  readonly to: string | undefined
  readonly isDeleting: boolean
  readonly limit: number
}

/** What a look does to a queue, for who has to agree to it. */
export function lookPlanText(
  { source, facts, from }: Pick<FoundQueue, 'source' | 'facts' | 'from'>,
  { to, isDeleting, limit }: Then,
  style: TextStyle,
): string {
  const { visible, fifo } = facts
  const most = visible > limit ? `, of which evt takes ${countText(limit)}` : ''
  const group = fifo ? ', and its group with it' : ''
  const parts = [
    `${source}: about ${counted(visible, 'message')}${most}`,
    'to look, evt receives each once and gives it back at the end: it is hidden from others for ' +
      `a minute at most${group}, and its receive count rises by one`,
    ...(from?.length === 0
      ? ['no queue names it as its dead-letter queue: who works on it misses them meanwhile']
      : []),
    ...(to === undefined ? [] : [`then it is received once more, and recorded in ${to}`]),
    ...(isDeleting ? ['what is recorded, and on the disk, is deleted from the queue'] : []),
  ]
  const lines = parts.flatMap((part) => wrapped(safeText(part), style.width))
  return paragraphs([lines], style)
}

/** What is in it: by how it failed, then what should be known before it is sent again. */
export function dlqText(result: DlqResult, style: TextStyle): string {
  const { source } = result
  const line =
    result.queue === null
      ? ['evt', 'replay', source, '--to', '-', '--dry-run']
      : ['evt', 'dlq', 'redrive', source, '--dry-run']
  const next = nextLines([line], style)
  const isLeft = result.parked?.deleted !== true
  return paragraphs(
    [
      headLines(result, style),
      groupLines(result, style),
      streamLines(result.streams, style),
      notes(result, style),
      isLeft && source !== '-' ? next : [],
    ],
    style,
  )
}

function headLines({ source, queue, asOf, seen, unseen, from }: DlqResult, style: TextStyle) {
  const kind = queue === null ? 'left by Lambda' : queue.fifo ? 'FIFO' : 'standard'
  const one = queue === null ? 'invocation' : 'message'
  const more = unseen > 0 ? `, and about ${countText(unseen)} more` : ''
  const at = momentText(asOf, style.timeZone, 8)
  const names = from?.map(({ name, maxReceiveCount: most }) => {
    return most === null ? name : `${name} (after ${counted(most, 'receive')})`
  })
  return [
    safeText(`${source}   ${kind}   ${counted(seen, one)}${more}   as of ${at}`),
    ...(names === undefined || names.length === 0
      ? []
      : wrapped(safeText(`from  ${names.join(', ')}`), style.width)),
  ]
}

const columns: readonly Column[] = [
  { title: 'messages', align: 'right' },
  { title: 'type', align: 'left', shrinkTo: 24 },
  { title: 'failed', align: 'left', shrinkTo: 32 },
  { title: 'at', align: 'left', shrinkTo: 20, luxury: 2 },
  { title: 'from', align: 'left', shrinkTo: 20, luxury: 3 },
  { title: 'received', align: 'right', luxury: 1 },
  { title: 'oldest', align: 'right' },
  { title: 'newest', align: 'right', luxury: 0 },
]

/** An invocation was not received, but tried. */
const storedColumns = columns.map((column) => {
  const title = { messages: 'failures', received: 'called' }[column.title] ?? column.title
  return { ...column, title }
})

function groupLines({ groups, asOf, queue }: DlqResult, style: TextStyle): string[] {
  const nowMs = parsedMs(asOf) ?? 0
  const age = (iso: string | null) => {
    const ms = parsedMs(iso)
    return ms === null ? '' : durationText(Math.max(0, nowMs - ms))
  }
  const rows = groups.slice(0, MOST_GROUPS).map((group) => {
    const { messages, failure, from, receives, oldest, newest } = group
    const { least, most } = receives
    const texts = [
      ...[countText(messages), typeText(group), failureText(group)],
      ...[lastOf(failure.rule ?? failure.target), from ?? ''],
      ...[least === most ? `${most}×` : `${least}–${most}×`, age(oldest), age(newest)],
    ]
    return texts.map((text) => ({ text: safeText(text) }))
  })
  const left = groups.length - rows.length
  const more = left > 0 ? [`and ${counted(left, 'other group')}; -o json has all`] : []
  return [...usedLines(queue === null ? storedColumns : columns, rows, style), ...more]
}

/** Why Lambda gives up asynchronous invocations; all else is of streams. */
const ofCalls: ReadonlySet<string> = new Set(['RetriesExhausted', 'EventAgeExceeded'])

function typeText({ type, failure }: LetterGroup): string {
  if (type !== null) return type
  const { condition } = failure
  const isCalled = condition === null || ofCalls.has(condition)
  return isCalled ? 'cannot be decoded' : 'records of a stream'
}

function failureText({ failure }: LetterGroup): string {
  const { code, message, condition } = failure
  // Lambda's codes alone, Handled and Unhandled, say little.
  const told = message === null ? [condition, code] : [code, message]
  return told.flatMap((one) => one ?? []).join(': ')
}

/** The name in an ARN; of a function without its version. */
function lastOf(arn: string | null): string {
  const [, name] = /:function:([^:]+)/.exec(arn ?? '') ?? []
  if (name !== undefined) return name
  return arn === null ? '' : (arn.split(/[:/]/).at(-1) ?? arn)
}

function streamLines(streams: readonly StreamFailure[], { width }: TextStyle): string[] {
  const shown = streams.slice(0, MOST_STREAMS)
  const left = streams.length - shown.length
  const more = left > 0 ? [`and ${counted(left, 'other range')} of streams; -o json has all`] : []
  return [...shown.flatMap(rangeLines), ...more].map((line) => shortened(safeText(line), width))
}

function rangeLines({ kind, stream, shard, from, to, ...range }: StreamFailure): string[] {
  const { batch, messages, records, missing, poison } = range
  const name = stream.slice(stream.indexOf('/') + 1).split('/')[0]
  const times = messages === 1 ? '' : `, told ${countText(messages)} times`
  const shownRecords = (records ?? []).slice(0, 3).map(({ sequence, type, id, key }) => {
    const what = [type ?? 'cannot be decoded', id ?? '', key === null ? '' : `key ${key}`]
    return `  ${what.filter((one) => one !== '').join('  ')}  ${sequence}`
  })
  const others = (records?.length ?? 0) - shownRecords.length
  return [
    `${kind}://${name}/${shard}   ${counted(batch, 'record')} given up${times}`,
    ...(from === to ? [`  at ${from}`] : [`  from ${from}`, `  to   ${to}`]),
    ...shownRecords,
    ...(others > 0 ? [`  and ${countText(others)} more`] : []),
    ...(poison === null ? [] : [`! one record blocked the shard: ${poison}`]),
    ...(missing === null ? [] : [`! ${missing}`]),
  ]
}

function notes(result: DlqResult, { width }: TextStyle): string[] {
  return noteTexts(result).flatMap((text) => {
    const [first = '', ...rest] = wrapped(safeText(text), width - 2)
    return [`! ${first}`, ...rest.map((line) => `  ${line}`)]
  })
}

function noteTexts(result: DlqResult): string[] {
  const { ended, lossInMs, queue, from, parked, others } = result
  const inFlight = queue?.inFlight ?? 0
  const isSoon = lossInMs !== null && lossInMs < SOON_MS
  return [
    ...(ended === null ? [] : [`not all was looked at: ${ended}`]),
    ...(isSoon ? [`retention deletes the oldest in ${durationText(lossInMs)}`] : []),
    ...(from?.length === 0 ? ['no queue names it as its dead-letter queue'] : []),
    ...(inFlight > 0
      ? [`about ${counted(inFlight, 'message')} could not be seen: others have received them`]
      : []),
    ...(others > 0 ? [`beside them ${counted(others, 'record')} of something else`] : []),
    ...orderNotes(result),
    ...(parked === null ? [] : [parkedText(parked)]),
  ]
}

function parkedText({ to, records, bytes, deleted }: NonNullable<DlqResult['parked']>): string {
  const what = `${counted(records, 'message')}, ${bytesText(bytes)}, recorded in ${to}`
  return deleted ? `${what}, and deleted from the queue` : `${what}; the queue may still have them`
}
