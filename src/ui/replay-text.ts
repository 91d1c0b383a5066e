import type { ReplayResult, ReplaySent } from '../replay/result.js'
import { asciiText } from './ascii.js'
import { alignedOnPoint, bytesText, countText, durationText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { wrapped } from './wrapped.js'

const MOST_TYPES = 10
const INDENT = 9

const words = {
  arrival: 'in order of arrival',
  sequence: 'each in order of its sequence',
  time: 'each in order of time',
} as const

/** What `evt replay` is about to send, and where. */
export function replayPlanText(plan: ReplayResult, style: TextStyle): string {
  const { events, bytes, calls, target, sources, keys, order, name, journal, transform } = plan
  const size = `${many(events, 'event')}, ${bytesText(bytes)}, in about ${many(calls, 'call')}`
  const lines = [
    labelled('to', target),
    labelled('from', sources.join(' ')),
    labelled('send', size),
    ...typeLines(plan),
    ...(transform === null ? [] : [labelled('changed', `by the rules of ${transform}`)]),
    ...(keys.count > 0 ? [labelled('keys', `${countText(keys.count)}, ${words[order]}`)] : []),
    labelled('takes', estimateText(plan)),
    labelled('mark', name === null ? 'none' : `replay-name ${name}`),
    ...(journal === null ? [] : [labelled('journal', journal)]),
    ...warningLines(plan, style),
  ]
  return plain(lines, style)
}

/** What became of it. */
export function replaySentText(result: ReplayResult, sent: ReplaySent, style: TextStyle): string {
  const { durationMs, ratePerSecond, bytes, sentBefore, failed, notSent, repeated } = sent
  const digits = (ratePerSecond ?? 0) < 10 ? 1 : 0
  const rate = ratePerSecond?.toLocaleString('en', { maximumFractionDigits: digits })
  const reached = rate === undefined ? '' : `, ${rate}/s`
  const what = `sent ${many(sent.sent, 'event')}, ${bytesText(bytes)}, to ${result.target}`
  const others = [
    [sentBefore, 'sent before'],
    [sent.erased ?? 0, 'of who was erased meanwhile, and left out'],
    [failed, 'failed'],
    [notSent, 'not sent'],
    [repeated, 'tries repeated'],
  ] as const
  const told = others.flatMap(([count, word]) => (count > 0 ? [`${countText(count)} ${word}`] : []))
  const isDone = sentBefore > 0 && sent.sent + failed + notSent === 0
  const lines = [
    ...(isDone
      ? ['all was sent before, as the journal says; another --journal sends it again']
      : []),
    safeText(`${what} in ${durationText(durationMs)}${reached}`),
    ...(told.length > 0 ? [told.join(', ')] : []),
    ...sent.errors.map(({ error, count }) => `  ${countText(count)}  ${safeText(error)}`),
    ...(result.journal === null ? [] : [labelled('journal', result.journal)]),
  ]
  return plain(lines, style)
}

function many(count: number, one: string): string {
  return `${countText(count)} ${one}${count === 1 ? '' : 's'}`
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(INDENT)}${safeText(text)}`
}

function typeLines({ types }: ReplayResult): string[] {
  const shown = types.slice(0, MOST_TYPES)
  const counts = alignedOnPoint(shown.map(({ events }) => countText(events)))
  const lines = shown.map(({ type, source }, n) => {
    const from = source === '' ? '' : ` of ${source}`
    return `${' '.repeat(INDENT)}${counts[n]}  ${safeText(`${type}${from}`)}`
  })
  const left = types.length - shown.length
  return left === 0 ? lines : [...lines, `${' '.repeat(INDENT)}and ${many(left, 'other type')}`]
}

function estimateText({ estimate }: ReplayResult): string {
  const { durationMs, priceUsd } = estimate
  const time = durationMs < 1 ? 'less than 1 ms' : `about ${durationText(durationMs)}`
  if (priceUsd === null) return time
  if (priceUsd === 0) return `${time}, and costs nothing`
  const price = priceUsd < 0.01 ? 'less than $0.01' : `about $${priceUsd.toFixed(2)}`
  return `${time}, and ${price} by the list of us-east-1`
}

function warningLines({ warnings, refused }: ReplayResult, { width }: TextStyle): string[] {
  const lines = warnings.flatMap(({ explain }) => said('!', explain, width))
  for (const { reason, count, examples } of refused) {
    const ids = examples.flatMap((id) => id ?? [])
    const such = ids.length === 0 ? '' : `, such as ${ids.join(', ')}`
    lines.push(...said(' ', `${countText(count)}: it ${reason}${such}`, width))
  }
  return lines.length === 0 ? [] : ['', ...lines]
}

function said(sign: string, text: string, width: number): string[] {
  const [first = '', ...rest] = wrapped(safeText(text), width - 2)
  return [`${sign} ${first}`, ...rest.map((line) => `  ${line}`)]
}

function plain(lines: readonly string[], { unicode }: TextStyle): string {
  const text = lines.join('\n')
  return unicode ? text : asciiText(text)
}
