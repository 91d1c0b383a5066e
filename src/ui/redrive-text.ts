import type { Moved, RedriveResult } from '../dlq/redrive-result.js'
import { counted } from '../stats/findings/phrases.js'
import { countText, durationText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { wrapped } from './wrapped.js'

const INDENT = 9

/** What `evt dlq redrive` is about to move, and where. */
export function redrivePlanText(plan: RedriveResult, style: TextStyle): string {
  const { source, queue, target, by, perSecond, durationMs, journal, warnings } = plan
  const who = by === 'sqs' ? 'SQS, which evt follows' : 'evt: sent, noted, then deleted'
  const rate = `${countText(perSecond)} a second, in about ${durationText(durationMs)}`
  const lines = [
    labelled('from', source),
    labelled('to', target.replace(/^back to /, '')),
    labelled('move', `about ${counted(queue.visible, 'message')}`),
    labelled('by', who),
    ...(perSecond === null ? [] : [labelled('rate', rate)]),
    ...(journal === null ? [] : [labelled('journal', journal)]),
  ]
  const told = warnings.flatMap(({ explain }) => {
    const [first = '', ...rest] = wrapped(safeText(explain), style.width - 2)
    return [`! ${first}`, ...rest.map((line) => `  ${line}`)]
  })
  return paragraphs([lines, told], style)
}

/** What became of it. */
export function redrivenText(result: RedriveResult, moved: Moved, style: TextStyle): string {
  const { by, target, journal } = result
  const about = by === 'sqs' ? 'about ' : ''
  const where = target.startsWith('back ') ? target : `to ${target}`
  const others = [
    [moved.sentBefore, 'sent before, and deleted now'],
    [moved.failed, 'failed'],
    [moved.undeleted, 'sent, and not deleted'],
    [moved.returned, 'failed again, and not sent a second time'],
    [moved.left, 'left'],
    [moved.others, 'of other queues, which stay'],
    [moved.newer, 'newer than this run, which stay'],
    [moved.erased, 'of who was erased, which stay'],
    [moved.blanked, 'sent without who was erased'],
  ] as const
  const told = others.flatMap(([count, what]) => (count > 0 ? `${countText(count)} ${what}` : []))
  const lines = [
    safeText(`moved ${about}${counted(moved.messages, 'message')} ${where}`),
    ...told,
    ...moved.errors.map(({ error, count }) => `  ${countText(count)}  ${safeText(error)}`),
    ...(journal === null ? [] : [labelled('journal', journal)]),
  ]
  return paragraphs([lines], style)
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(INDENT)}${safeText(text)}`
}
