import type { LinkedEvent } from './linked-event.js'
import { Loop } from './loop.js'
import { type State, stepTo } from './way.js'

export interface Found {
  /** Those that some chain went round in so many turns, the one of most events first. */
  loops: Loop[]
  chains: {
    /** Events without a known cause that caused something. */
    count: number
    /** Steps from cause to effect, at most. */
    maxDepth: number
  }
}

/**
 * Follows each chain from its first cause. A loop is nodes (a source and a type) that a chain
 * passes in the same order again and again.
 *
 * @param causes as linksOf gives them
 */
export function loopsIn(
  events: readonly LinkedEvent[],
  causes: Int32Array,
  leastTurns: number,
): Found {
  const { nodeOf, loopOf, loops } = registers(events)
  const effects = effectsOf(causes)
  const chains = { count: 0, maxDepth: 0 }
  // Of each node the chain that passed it last, by its first event and one.
  const passedIn = new Int32Array(causes.length)
  const todo: { event: number; cause?: State; depth: number; chain: number }[] = []
  for (let start = 0; start < causes.length; start++) {
    if (causes[start] !== -1 || effects.first[start] === -1) continue
    chains.count += 1
    todo.push({ event: start, depth: 0, chain: start })
    for (let next = todo.pop(); next; next = todo.pop()) {
      const { event, cause, depth, chain } = next
      chains.maxDepth = Math.max(chains.maxDepth, depth)
      const node = nodeOf[event] as number
      const isFirst = passedIn[node] !== chain + 1
      passedIn[node] = chain + 1
      const { state, round } = stepTo(event, node, cause, loopOf, isFirst)
      if (round) loops[round.loop]?.add(round, chain)
      let effect = effects.first[event] as number
      for (; effect !== -1; effect = effects.next[effect] as number) {
        todo.push({ event: effect, cause: state, depth: depth + 1, chain })
      }
    }
  }
  return { loops: loops.filter(({ turns }) => turns >= leastTurns).sort(inOrder), chains }
}

function inOrder(a: Loop, b: Loop): number {
  return b.members.size - a.members.size || (a.round[0] ?? 0) - (b.round[0] ?? 0)
}

/** Numbers of nodes, and of loops by their nodes. */
function registers(events: readonly LinkedEvent[]) {
  const numbers = new Map<string, number>()
  const nodeOf = events.map(({ source, type }) => numbered(numbers, JSON.stringify([source, type])))
  const keys = new Map<string, number>()
  const loops: Loop[] = []
  const loopOf = (nodes: readonly number[]) => {
    const loop = numbered(keys, inOneRotation(nodes).join())
    loops[loop] ??= new Loop(events)
    return loop
  }
  return { nodeOf, loopOf, loops }
}

function numbered(numbers: Map<string, number>, key: string): number {
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, numbers.size)
  return numbers.size - 1
}

/** The same for a loop wherever it was entered: nodes are in it once. */
function inOneRotation(nodes: readonly number[]): number[] {
  const least = nodes.indexOf(nodes.reduce((a, b) => Math.min(a, b)))
  return [...nodes.slice(least), ...nodes.slice(0, least)]
}

/** Of each event its first effect, and of each effect the next of the same cause; else -1. */
function effectsOf(causes: Int32Array): { first: Int32Array; next: Int32Array } {
  const first = new Int32Array(causes.length).fill(-1)
  const next = new Int32Array(causes.length).fill(-1)
  for (let event = 0; event < causes.length; event++) {
    const cause = causes[event] as number
    if (cause === -1) continue
    next[event] = first[cause] as number
    first[cause] = event
  }
  return { first, next }
}
