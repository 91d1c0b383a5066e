import type { Flow } from './flow.js'

type Arrows = Pick<Flow, 'starts' | 'ends'>

const UNSEEN = 0xffff_ffff

/**
 * The strongly connected components that have a cycle, each by its places in ascending order: by
 * Tarjan's algorithm, without recursion, in time that grows with places and edges.
 */
export function circularComponents({ starts, ends }: Arrows): number[][] {
  const count = starts.length - 1
  const index = new Uint32Array(count).fill(UNSEEN)
  const low = new Uint32Array(count)
  const isOpen = new Uint8Array(count)
  const next = Uint32Array.from(starts.subarray(0, count))
  const open: number[] = []
  const found: number[][] = []
  let seen = 0
  for (let root = 0; root < count; root++) {
    if (index[root] !== UNSEEN) continue
    const path = [root]
    while (path.length > 0) {
      const at = path.at(-1) ?? 0
      if (index[at] === UNSEEN) {
        index[at] = low[at] = seen++
        open.push(at)
        isOpen[at] = 1
      }
      const edge = next[at] ?? 0
      if (edge < (starts[at + 1] ?? 0)) {
        next[at] = edge + 1
        const to = ends[edge] ?? 0
        if (index[to] === UNSEEN) path.push(to)
        else if (isOpen[to] === 1) low[at] = Math.min(low[at] ?? 0, index[to] ?? 0)
        continue
      }
      path.pop()
      const above = path.at(-1)
      if (above !== undefined) low[above] = Math.min(low[above] ?? 0, low[at] ?? 0)
      if (low[at] === index[at]) found.push(closed(open, isOpen, at))
    }
  }
  return found.filter((component) => isCircular(component, { starts, ends }))
}

function closed(open: number[], isOpen: Uint8Array, root: number): number[] {
  const component = open.splice(open.lastIndexOf(root))
  for (const place of component) isOpen[place] = 0
  return component.sort((a, b) => a - b)
}

function isCircular(component: readonly number[], { starts, ends }: Arrows): boolean {
  const [only = 0] = component
  return component.length > 1 || ends.subarray(starts[only], starts[only + 1]).includes(only)
}

/**
 * A shortest cycle of a component, as the edges around it. Each place is tried as its beginning,
 * then left out with all that no cycle passes any more; no search goes deeper than what was found.
 */
export function shortestCycle({ starts, ends }: Arrows, component: readonly number[]): number[] {
  for (const place of component) {
    const edge = ends.subarray(starts[place], starts[place + 1]).indexOf(place)
    if (edge >= 0) return [(starts[place] ?? 0) + edge]
  }
  const inside = new Set(component)
  const into = reversed({ starts, ends }, inside)
  let best: number[] = []
  for (const place of component) {
    if (!inside.has(place)) continue
    const limit = best.length === 0 ? Number.POSITIVE_INFINITY : best.length - 1
    const search = { origin: place, goal: place, limit }
    const found = wayBetween({ starts, ends }, inside, search)
    if (found) best = found
    if (best.length === 2) break
    trim({ starts, ends }, inside, into, place)
  }
  return best
}

/** So many edges are tried at most. */
const MOST_TRIES = 2_000

/** A shortest cycle of a component with one of these edges; empty where there is none. */
export function shortestCycleBy(
  { starts, ends }: Arrows,
  component: readonly number[],
  isWanted: (edge: number) => boolean,
): number[] {
  const inside = new Set(component)
  let best: number[] = []
  let tries = 0
  for (const from of component) {
    for (let edge = starts[from] ?? 0; edge < (starts[from + 1] ?? 0); edge++) {
      const to = ends[edge] ?? 0
      if (!isWanted(edge) || !inside.has(to)) continue
      if (to === from) return [edge]
      if (best.length === 2 || tries++ >= MOST_TRIES) return best
      const limit = best.length === 0 ? Number.POSITIVE_INFINITY : best.length - 2
      const back = wayBetween({ starts, ends }, inside, { origin: to, goal: from, limit })
      if (back) best = [edge, ...back]
    }
  }
  return best
}

function reversed({ starts, ends }: Arrows, inside: ReadonlySet<number>): Map<number, number[]> {
  const into = new Map<number, number[]>()
  for (const from of inside) {
    for (const to of ends.subarray(starts[from], starts[from + 1])) {
      if (!inside.has(to)) continue
      const list = into.get(to)
      if (list) list.push(from)
      else into.set(to, [from])
    }
  }
  return into
}

interface Search {
  readonly origin: number
  readonly goal: number
  /** How many edges there may be. */
  readonly limit: number
}

/** Breadth first, one step at least; undefined where the way is longer than the limit. */
function wayBetween(
  { starts, ends }: Arrows,
  inside: ReadonlySet<number>,
  { origin, goal, limit }: Search,
): number[] | undefined {
  const cameBy = new Map<number, { from: number; edge: number }>()
  let level = [origin]
  for (let depth = 1; level.length > 0 && depth <= limit; depth++) {
    const below: number[] = []
    for (const from of level) {
      for (let edge = starts[from] ?? 0; edge < (starts[from + 1] ?? 0); edge++) {
        const to = ends[edge] ?? 0
        if (to === goal) return wayTo(cameBy, { from, edge })
        if (to === origin || !inside.has(to) || cameBy.has(to)) continue
        cameBy.set(to, { from, edge })
        below.push(to)
      }
    }
    level = below
  }
  return undefined
}

function wayTo(
  cameBy: ReadonlyMap<number, { from: number; edge: number }>,
  last: { from: number; edge: number },
): number[] {
  const edges = [last.edge]
  for (let step = cameBy.get(last.from); step; step = cameBy.get(step.from)) edges.push(step.edge)
  return edges.reverse()
}

/** Leaves a place out, and what then has no way in or no way out. */
function trim(
  { starts, ends }: Arrows,
  inside: Set<number>,
  into: ReadonlyMap<number, readonly number[]>,
  place: number,
): void {
  const isDead = (at: number) =>
    !ends.subarray(starts[at], starts[at + 1]).some((to) => inside.has(to)) ||
    !(into.get(at) ?? []).some((from) => inside.has(from))
  const open = [place]
  inside.delete(place)
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const around = [...ends.subarray(starts[at], starts[at + 1]), ...(into.get(at) ?? [])]
    for (const near of around) {
      if (!inside.has(near) || !isDead(near)) continue
      inside.delete(near)
      open.push(near)
    }
  }
}
