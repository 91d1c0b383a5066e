import type { NodeKind, TopologyEdge } from './model.js'

/**
 * What EventBridge says when it refuses an event: a rule may send one on to another bus, and no
 * rule of that to a third one, nor back ("Sending events between event buses in the same account
 * and Region", the same between accounts). It goes to the dead-letter queue of the target, if any.
 */
export const REFUSAL = 'THIRD_ACCOUNT_HOP_DETECTED'

/** Whether a rule sends events to a bus by an edge. */
export function isBusToBus(
  { from, to }: TopologyEdge,
  kindOf: (id: string) => NodeKind | undefined,
): boolean {
  return kindOf(from) === 'rule' && kindOf(to) === 'bus'
}
