import { compareText } from '../event/sequence.js'
import { inOrder, type PassingEvent } from './passing-event.js'
import { nodeText } from './told.js'

interface Thread {
  readonly thread: string
  /** How many threads pass the one of its nodes again that the fewest do. */
  readonly rarity: number
  /** How often it passes a node, at most. */
  readonly often: number
  /** In the order in which they are taken. */
  readonly events: PassingEvent[]
}

/**
 * Those that pass their nodes again, `least` times or more. Where there are too many, threads come
 * first that pass nodes which few threads pass again: what most do is meant to be so. Then those
 * that pass one most often, each by its earliest events; last the thread without a name, by the
 * earliest of each node in turn, so that what is passed seldom is there whole. As
 * queries/loops/again.sql chooses.
 */
export function mostTelling(
  events: readonly PassingEvent[],
  least: number,
  most: number,
): PassingEvent[] {
  const passes = new Map<string, Map<string, PassingEvent[]>>()
  for (const event of events) {
    const nodes = passes.get(event.thread) ?? new Map<string, PassingEvent[]>()
    passes.set(event.thread, nodes)
    const node = nodeText(event)
    const own = nodes.get(node)
    if (own) own.push(event)
    else nodes.set(node, [event])
  }
  const threads = new Map<string, number>()
  for (const nodes of passes.values()) {
    for (const [node, own] of nodes) {
      if (own.length < least) nodes.delete(node)
      else threads.set(node, (threads.get(node) ?? 0) + 1)
    }
  }
  const ranked = [...passes].flatMap(([thread, nodes]): Thread[] => {
    if (nodes.size === 0) return []
    const own = [...nodes.values()]
    const rarity = Math.min(...[...nodes.keys()].map((node) => threads.get(node) ?? 0))
    const often = Math.max(...own.map((some) => some.length))
    const taken = thread === '' ? inTurn(own) : own.flat().sort(inOrder)
    return [{ thread, rarity, often, events: taken }]
  })
  const chosen: PassingEvent[] = []
  for (const { events: own } of ranked.sort(byRank)) {
    if (chosen.length >= most) break
    for (const event of own.slice(0, most - chosen.length)) chosen.push(event)
  }
  return chosen
}

/** The earliest of each node, then the next of each. */
function inTurn(nodes: readonly PassingEvent[][]): PassingEvent[] {
  const turned = nodes.flatMap((own) =>
    [...own].sort(inOrder).map((event, turn) => ({ event, turn })),
  )
  turned.sort((a, b) => a.turn - b.turn || inOrder(a.event, b.event))
  return turned.map(({ event }) => event)
}

function byRank(a: Thread, b: Thread): number {
  const isNameless = ({ thread }: Thread) => (thread === '' ? 1 : 0)
  const named = isNameless(a) - isNameless(b)
  return named || a.rarity - b.rarity || b.often - a.often || compareText(a.thread, b.thread)
}
