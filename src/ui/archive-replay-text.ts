import type { ArchiveReplayResult } from '../replay/archive-result.js'
import { bytesText, countText } from './numbers.js'
import { paragraphs } from './paragraphs.js'
import { safeText } from './safe-text.js'
import type { TextStyle } from './style.js'
import { rangeText } from './times.js'
import { wrapped } from './wrapped.js'

const INDENT = 9

/** What EventBridge is about to replay, and where. */
export function archivePlanText(plan: ArchiveReplayResult, style: TextStyle): string {
  const { archive, bus, rules, name, since, until, warnings } = plan
  const { events, bytes } = archive
  const size = bytes === null ? '' : `, ${bytesText(bytes)}`
  const lines = [
    labelled('from', `the archive ${archive.name} of the bus ${bus}`),
    labelled('to', rules.map((rule) => rule.name).join(', ')),
    labelled('time', rangeText(Date.parse(since), Date.parse(until), style.timeZone)),
    ...(events === null ? [] : [labelled('in all', `about ${countText(events)} events${size}`)]),
    labelled('mark', `replay-name ${name}`),
  ]
  const told = warnings.flatMap(({ explain }) => {
    const [first = '', ...rest] = wrapped(safeText(explain), style.width - 2)
    return [`! ${first}`, ...rest.map((line) => `  ${line}`)]
  })
  return paragraphs([lines, told], style)
}

/** How it ended. */
export function archiveReplayedText(
  { name, rules, replay }: ArchiveReplayResult,
  style: TextStyle,
): string {
  const to = rules.map((rule) => rule.name).join(', ')
  const state = replay?.state.toLowerCase() ?? ''
  const reason = replay?.reason ? ` (${replay.reason})` : ''
  return paragraphs([[safeText(`the replay ${name} to ${to} is ${state}${reason}`)]], style)
}

function labelled(label: string, text: string): string {
  return `${label.padEnd(INDENT)}${safeText(text)}`
}
