import type { LivePlan, SentResult } from '../generate/live/plan.js'
import { asciiText } from './ascii.js'
import { nextLines } from './next-lines.js'
import { bytesText, countText, durationText } from './numbers.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'

const words: Readonly<Record<keyof LivePlan['planted'], string>> = {
  duplicates: 'duplicates',
  conflicts: 'duplicates with another payload',
  publishedTwice: 'sent again under a second id',
  reordered: 'behind later ones of their key',
  lost: 'lost on purpose',
}

/** What `evt generate` is about to send, and where. */
export function livePlanText(plan: LivePlan): string {
  const { messages, events, ratePerSecond, durationMs } = plan
  const size = `${countText(messages)} messages of ${countText(events)} events`
  return [
    `to       ${safeText(plan.target)}`,
    `send     ${size}, ${rateText(ratePerSecond)}, ${durationText(durationMs)}`,
    `planted  ${plantedText(plan.planted)}`,
    `ledger   ${safeText(plan.ledger)}`,
  ].join('\n')
}

/** What was sent, and how to look at it. */
export function sentText(result: SentResult, style: TextStyle): string {
  const { messages, target, bytes, durationMs, ratePerSecond } = result
  const reached = ratePerSecond.reached === null ? '' : `, ${rateText(ratePerSecond.reached)}`
  const counts = [
    [messages.failed, 'failed'],
    [messages.notSent, 'not sent'],
    [messages.repeated, 'tries repeated'],
  ] as const
  const others = counts.flatMap(([count, what]) =>
    count > 0 ? [`${countText(count)} ${what}`] : [],
  )
  const sent = `${countText(messages.sent)} messages, ${bytesText(bytes)}`
  // Only a queue still has what was sent.
  const isQueue = /^the (FIFO )?queue /.test(target)
  const consent = target.startsWith('the FIFO ') ? '--intrusive=fifo' : '--intrusive'
  const tail = ['evt', 'tail', result.to, consent, '--config', `${result.ledger}/evt.yaml`]
  const parts = [
    `sent ${sent} to ${safeText(target)} in ${durationText(durationMs)}${reached}`,
    ...(others.length > 0 ? [others.join(', ')] : []),
    ...result.errors.map(({ error, count }) => `  ${countText(count)}  ${safeText(error)}`),
    `planted  ${plantedText(result.planted)}`,
    `ledger   ${safeText(result.ledger)}: ledger.ndjson, truth.json, evt.yaml`,
    ...(isQueue ? ['', ...nextLines([tail], style)] : []),
  ]
  const text = parts.join('\n')
  return style.unicode ? text : asciiText(text)
}

function plantedText(planted: LivePlan['planted']): string {
  const named = Object.entries(words) as [keyof LivePlan['planted'], string][] // keys of its type
  const found = named.filter(([name]) => planted[name] > 0)
  const texts = found.map(([name, what]) => `${countText(planted[name])} ${what}`)
  return texts.length > 0 ? texts.join(', ') : 'nothing: no faults'
}

function rateText(perSecond: number): string {
  const digits = perSecond < 10 ? 1 : 0
  return `${perSecond.toLocaleString('en', { maximumFractionDigits: digits })}/s`
}
