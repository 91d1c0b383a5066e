/** Loops of more nodes than this are not seen. */
const MOST_NODES = 1_000
/** Of the loops that a way has been through, how many of the latest are counted on. */
const MOST_COUNTED = 64

/** The nodes between the first cause and an event, without the rounds that were made: each once. */
interface Way {
  readonly node: number
  /** The event that passed it last. */
  readonly event: number
  readonly below: Way | null
}

/** A loop that a way went through. */
interface Counted {
  readonly loop: number
  /** How often it passed the node at which it came back. */
  readonly turns: number
  /** The event that came back last: another turn begins with it, or the loop is entered anew. */
  readonly event: number
}

/** What is to be known of an event to go on to its effects. */
export interface State {
  readonly way: Way
  /** The latest first. */
  readonly counted: readonly Counted[]
}

/** An event at which its way came back to a node. */
export interface Round extends Counted {
  /** Whether its first event came from outside of the loop. */
  readonly isEntered: boolean
  /** The events of the round: from the node it came back to, along the way. The one that came back
   * begins the next. */
  readonly events: readonly number[]
}

/**
 * One step from a cause to its effect. Nodes between two visits of one are left behind as a round:
 * what remains is the way without its loops, and of loops within loops each is found.
 *
 * @param cause undefined where there is none
 * @param loopOf the number of the loop of these nodes, in this order, wherever it is entered
 * @param isFirst whether nothing of the chain passed the node before, so that its way need not be
 * searched
 */
export function stepTo(
  event: number,
  node: number,
  cause: State | undefined,
  loopOf: (nodes: readonly number[]) => number,
  isFirst = false,
): { state: State; round?: Round } {
  const { way = null, counted = [] } = cause ?? {}
  const before = isFirst ? null : placeOn(way, node)
  if (before === null) return { state: { way: { node, event, below: way }, counted } }
  const nodes: number[] = []
  const events: number[] = []
  for (let one = way; one !== null; one = one.below) {
    nodes.push(one.node)
    events.push(one.event)
    if (one === before) break
  }
  const loop = loopOf(nodes.reverse())
  const known = counted.find((one) => one.loop === loop)
  const isEntered = known?.event !== before.event
  const turns = (known?.turns ?? 0) + (isEntered ? 2 : 1)
  const others = counted.filter((one) => one.loop !== loop).slice(0, MOST_COUNTED - 1)
  return {
    state: {
      way: { node, event, below: before.below },
      counted: [{ loop, turns, event }, ...others],
    },
    round: { loop, turns, event, isEntered, events: events.reverse() },
  }
}

function placeOn(way: Way | null, node: number): Way | null {
  let steps = 0
  for (let one = way; one !== null && steps < MOST_NODES; one = one.below) {
    if (one.node === node) return one
    steps += 1
  }
  return null
}
