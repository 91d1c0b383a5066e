import { EvtError } from '../errors.js'
import type { UndecodableReason } from '../event/event.js'
import { suggest } from '../event/suggest.js'
import { timeText } from '../event/time.js'
import { typeMatcher } from '../event/type-globs.js'
import { count } from '../reading/absence.js'
import { shareText } from './findings/phrases.js'
import type { StatsResult } from './result.js'
import type { Seen, Selection } from './selection.js'

const MAX_OFFERED = 5
const MAX_SHOWN = 3
const HEAD_CHARACTERS = 40

/** Objects were read, and no event was found or selected. */
export function noEvents(result: StatsResult, selection: Selection & { seen: Seen }): EvtError {
  const { sources, read, findings } = result
  const objects = `${count(read.objects, 'object')} read`
  if (selection.seen.events > 0) return noneSelected(result, selection)
  const isBad = read.undecodable > 0
  const records = isBad ? `${count(read.undecodable, 'record')}, none can be decoded` : 'no records'
  const found = findings.find(({ kind }) => kind === 'undecodable')?.witnesses ?? []
  const shown = found.slice(0, MAX_SHOWN).map(({ position, reason, role, head = '' }) => {
    // Of what is wrapped, the beginning tells nothing.
    if (isWrapped(reason) && role) return `${position?.path}:${position?.record}  ${role}`
    const start = head.length > HEAD_CHARACTERS ? `${head.slice(0, HEAD_CHARACTERS)}…` : head
    return `${position?.path}:${position?.record}  ${reason}  ${start.replaceAll('\n', ' ')}`.trim()
  })
  return new EvtError(`no events in ${sources.join(' ')}: ${objects}, ${records}`, {
    code: 'inconclusive',
    hint: shown.length > 0 ? shown.join('\n') : undefined,
  })
}

function isWrapped(reason: UndecodableReason | undefined): boolean {
  return reason === 'bad body' || reason === 'bad envelope'
}

/** Says what there is instead of what was asked for. */
function noneSelected({ sources }: StatsResult, selection: Selection & { seen: Seen }): EvtError {
  const { sinceUs, untilUs, types = [], filter, sample = null, seen } = selection
  const asked = [
    ...(types.length > 0 ? [`of type ${types.join(', ')}`] : []),
    ...(filter ? ['that match --filter'] : []),
    ...(sinceUs === null ? [] : [`since ${timeText(sinceUs)}`]),
    ...(untilUs === null ? [] : [`until ${timeText(untilUs)}`]),
  ].join(' ')
  const { firstUs, lastUs } = seen
  const hasTimes = (sinceUs !== null || untilUs !== null) && firstUs <= lastUs
  const times = hasTimes ? [`they are of ${timeText(firstUs)} to ${timeText(lastUs)}`] : []
  const share = sample === null ? '' : `a sample of ${shareText(sample)} of `
  const whole = sample === null ? [] : ['without --sample all of it is measured']
  const place = `${share}${sources.join(' ')}`
  const message = `no events ${asked} in ${place}: ${count(seen.events, 'event')} read`
  return new EvtError(message.replace('  ', ' '), {
    code: 'inconclusive',
    hint: [...times, ...typesHint(types, seen), ...whole].join('\n') || undefined,
  })
}

function typesHint(asked: readonly string[], seen: Seen): string[] {
  if (asked.length === 0) return []
  const there = [...seen.types].sort()
  if (there.some(typeMatcher(asked))) return []
  const near = asked.flatMap((type) => suggest(type, there) ?? [])[0]
  if (near !== undefined) return [`did you mean --type ${near}?`]
  const more = there.length > MAX_OFFERED ? `, and ${there.length - MAX_OFFERED} more` : ''
  return [`their types are ${there.slice(0, MAX_OFFERED).join(', ')}${more}`]
}
