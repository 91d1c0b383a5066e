import { count } from '../reading/absence.js'
import type { OpenSink, Sink } from '../sinks/sink.js'
import type { FanOut } from './fan-out.js'
import type { Speed } from './pace.js'
import type { ReplayWarning, WarningKind } from './result.js'
import type { Tally } from './tally.js'
import type { VainMask } from './transform/masks.js'

interface Planned {
  readonly kind: Sink
  readonly sink: OpenSink
  readonly speed: Speed
  /** Whether events are to show that they are replayed. */
  readonly isMarking: boolean
  readonly undecodable: number
  readonly isSkipping: boolean
  readonly fanOut: FanOut
  readonly isSnapshot: boolean
  /** Where too large bodies are put. */
  readonly claimCheck: string | null
  /** Masks that hit nothing. */
  readonly vainMasks: readonly VainMask[]
  /** Events of somebody who was erased. */
  readonly leftOut: number
  /** Events of others, too, that are sent without somebody who was erased. */
  readonly blanked: number
  /** Of whom was erased, kinds that the mapping does not know. */
  readonly unknownKinds: readonly string[]
}

/** What somebody should know before it is sent. */
export function warningsOf(tally: Tally, planned: Planned): ReplayWarning[] {
  const { kind, sink, speed, isMarking, undecodable, isSkipping, leftOut } = planned
  const warnings: ReplayWarning[] = []
  const warn = (of: WarningKind, many: number, explain: string) => {
    if (many > 0) warnings.push({ kind: of, count: many, explain })
  }
  const are = (many: number, one: string) => `${count(many, one)} ${many === 1 ? 'is' : 'are'}`
  const { repeats, replays, unmarked, untimed, events, injected, refused } = tally
  const taken = isSkipping ? 'left out' : 'never taken by the target'
  const unfit = refused.reduce((sum, one) => sum + one.count, 0)
  warn('refused', unfit, `${are(unfit, 'event')} ${taken}`)
  warn('erased', leftOut, `${are(leftOut, 'event')} of somebody who was erased, and left out`)
  const { blanked } = planned
  const others = 'also about somebody who was erased, whose fields are null'
  warn('erased', blanked, `${are(blanked, 'event')} ${others}`)
  const kinds = planned.unknownKinds
  const unseen = `who was erased is sent too: no mapping says where ${kinds.join(', ')} is`
  warn('erased', kinds.length, unseen)
  warn(
    'replays',
    replays,
    `${are(replays, 'event')} of a replay already, which may go round in a loop`,
  )
  const [repeat, left] =
    repeats === 1 ? ['repeats another, and is', 'it'] : ['repeat others, and are', 'them']
  const again = `${count(repeats, 'event')} ${repeat} sent too; --distinct leaves ${left} out`
  warn('duplicates', repeats, again)
  const twice = `${are(injected, 'event')} sent twice, on purpose`
  warn('injected', injected, twice)
  const states = tally.states === 1 ? 'the state of an entity' : 'the states of entities'
  warn('snapshot', tally.states, `${are(tally.states, 'event')} ${states}, sent first`)
  if (planned.isSnapshot && tally.states === 0) {
    const explain =
      'no entity had a state at --since: evt.yaml says with entities: what events tell of'
    warnings.push({ kind: 'snapshot', count: 0, explain })
  }
  const rows = are(undecodable, 'record')
  warn('undecodable', undecodable, `${rows} undecodable, and not sent`)
  const keyed = events - tally.withoutKey
  const isOrdered = sink.keepsOrder || sink.isInTurn === true
  warn('order', isOrdered ? 0 : keyed, `${sink.target} does not keep the order of a key`)
  const bare = `${are(unmarked, 'event')} sent without a mark, for which ${kind.name} has no place`
  warn('unmarked', isMarking ? unmarked : 0, bare)
  const isFifo = sink.target.startsWith('the FIFO ')
  const dropped = 'what was sent to it within 5 minutes before is dropped by the target'
  warn('dedupWindow', isFifo ? events : 0, dropped)
  const timeless = `${are(untimed, 'event')} without a time, and sent without a pause`
  warn('untimed', speed.is === 'times' ? untimed : 0, timeless)
  const { claimCheck: place } = planned
  const many = tally.claims === 1 ? 'has a body' : 'have bodies'
  const large = `${count(tally.claims, 'event')} ${many} too large for the target, put in ${place}`
  warn('claimCheck', tally.claims, large)
  return [...warnings, ...planned.vainMasks.map(maskWarning), ...fanWarnings(planned)]
}

/** Who misspelt what is to be hidden would send it. */
function maskWarning({ types, path, events }: VainMask): ReplayWarning {
  const some =
    events === 1 ? 'the one event has no such' : `none of ${count(events, 'event')} has it`
  const where = events === 0 ? 'no event is of the rule' : some
  return {
    kind: 'mask',
    count: events,
    explain: `the mask ${path} of ${types} hits nothing: ${where}`,
  }
}

const MOST_NAMES = 5

/** Who gets it beside whoever it is meant for. */
function fanWarnings({ sink, fanOut, isMarking }: Planned): ReplayWarning[] {
  const { names, unguarded, unknown } = fanOut
  const warnings: ReplayWarning[] = []
  if (names.length > 0) {
    const explain = `${sink.target} hands them on to ${listed(names)}`
    warnings.push({ kind: 'fanOut', count: names.length, explain })
  }
  if (unguarded.length > 0 && isMarking) {
    const rules = unguarded.length === 1 ? 'a rule has' : 'rules have'
    const explain = `${rules} no pattern that leaves out replays by detail.replay-name: `
    warnings.push({
      kind: 'unguarded',
      count: unguarded.length,
      explain: explain + listed(unguarded),
    })
  }
  if (unknown !== null) {
    const explain = `who gets what is sent is not known: ${unknown}`
    warnings.push({ kind: 'fanOutUnknown', count: 1, explain })
  }
  return warnings
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ')
  const left = names.length - MOST_NAMES
  return left > 0 ? `${shown} and ${count(left, 'other')}` : shown
}
