import type { StateRule } from '../event/rule.js'
import { timeText } from '../event/time.js'
import { comparedWith } from './against.js'
import { changesBetween } from './changes.js'
import type { Differs } from './conflict.js'
import type { Copy } from './copy.js'
import type { AuditDelivery } from './delivery.js'
import type { AuditResult } from './result.js'
import { stateAfter } from './state.js'
import { timelineOf } from './timeline.js'

/** What of a history is asked for. */
export interface Asked {
  /** `kind:id`; null: what they mention is all that is asked. */
  entity: string | null
  /** A value that the events mention. */
  mentions: string | null
  /** Whether the state at its end is told. */
  state: boolean
  /** Two moments: what changed after the first until the second. */
  between: { fromUs: number; toUs: number } | null
  /** What a consumer has of the entity, to be compared with the state. */
  copy: Copy | null
  /** Whether no event of the entity was left out by its type or what it says. */
  isWhole: boolean
  ruleFor(type: string): StateRule
  differs: Differs
}

/** Deliveries as a timeline, and the states that its events lead to. */
export function toldOf(
  deliveries: readonly AuditDelivery[],
  { entity, mentions, state, between, copy, isWhole, ruleFor, differs }: Asked,
): Pick<AuditResult, 'events' | 'gaps' | 'state' | 'between' | 'diff' | 'against'> {
  // A counter is contiguous over all events of the entity, not over some of them.
  const counted = mentions === null && isWhole ? entity : null
  const timeline = timelineOf(counted, deliveries, differs)
  const stateAt = (us: number) => {
    const until = deliveries.filter(({ timeUs, receivedAtUs }) => {
      const at = timeUs ?? receivedAtUs
      return at !== null && at <= us
    })
    return stateAfter(timelineOf(counted, until, differs).events, ruleFor)
  }
  return {
    ...timeline,
    ...(state && { state: stateAfter(timeline.events, ruleFor) }),
    ...(between && {
      between: { from: timeText(between.fromUs), to: timeText(between.toUs) },
      diff: changesBetween(stateAt(between.fromUs), stateAt(between.toUs)),
    }),
    ...(copy && { against: comparedWith(copy, timeline.events, ruleFor) }),
  }
}
