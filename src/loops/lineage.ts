import type { LinkedEvent } from './linked-event.js'
import type { FoundLoop } from './result.js'
import { figuresOf, median, nodeText, rounded } from './told.js'

/** What AWS counts in a trace header of the resources that a message went through, so that Lambda
 * can stop loops: for how often it went round, by the request that began it. */
export interface Lineage {
  readonly root: string
  readonly turns: number
}

/** Whether a trace header has a lineage; what queries/loops/links.sql asks of it. */
export function hasLineage(traceId: string | null): boolean {
  return traceId?.includes('Lineage=') === true
}

/** Reads `Root=…;Lineage=a87bd80c:1|68fd508a:5`, or `Lineage=5:a87bd80c:1`, which begins with its
 * counter; undefined where there is no such thing. */
export function lineageOf(traceId: string | null): Lineage | undefined {
  const fields = new Map(
    (traceId ?? '').split(';').map((field) => {
      const [name = '', ...value] = field.trim().split('=')
      return [name, value.join('=')]
    }),
  )
  const lineage = fields.get('Lineage') ?? ''
  const root = fields.get('Root') ?? ''
  const [, turns] = /^(\d{1,5}):[0-9a-f]{8}:\d{1,3}$/i.exec(lineage) ?? []
  if (turns !== undefined) return { root, turns: Number(turns) }
  if (!/^[0-9a-f]+:\d{1,5}(?:\|[0-9a-f]+:\d{1,5})*$/i.test(lineage)) return undefined
  const counts = lineage.split('|').map((each) => Number(each.split(':')[1]))
  return { root, turns: Math.max(...counts) }
}

/** The trace that a header is of: its `Root`, or the text itself where it is no header. */
export function rootOf(traceId: string | null): string | null {
  if (traceId === null || !traceId.includes('=')) return traceId
  return /(?:^|;)\s*Root=([^;\s]+)/.exec(traceId)?.[1] ?? null
}

interface Passed {
  readonly event: LinkedEvent
  readonly turns: number
}

/** Loops that lineages count to so many turns, but for those that are known: the nodes that the
 * messages of one request passed in several turns. */
export function loopsByLineage(
  events: readonly LinkedEvent[],
  known: readonly FoundLoop[],
  leastTurns: number,
): FoundLoop[] {
  const knownNodes = new Set(known.flatMap(({ path }) => path))
  const byPath = new Map<string, { path: string[]; requests: Passed[][] }>()
  for (const passed of byRoot(events).values()) {
    if (!passed.some(({ turns }) => turns >= leastTurns)) continue
    const path = pathOf(passed)
    if (path.some((node) => knownNodes.has(node))) continue
    const key = JSON.stringify([...path].sort())
    const one = byPath.get(key) ?? { path, requests: [] }
    one.requests.push(passed.filter(({ event }) => path.includes(nodeText(event))))
    byPath.set(key, one)
  }
  const loops = [...byPath.values()].map(({ path, requests }) => toldOf(path, requests))
  return loops.sort((a, b) => b.events - a.events)
}

function byRoot(events: readonly LinkedEvent[]): Map<string, Passed[]> {
  const roots = new Map<string, Passed[]>()
  for (const event of events) {
    const lineage = lineageOf(event.traceId)
    if (!lineage) continue
    const passed = roots.get(lineage.root)
    if (passed) passed.push({ event, turns: lineage.turns })
    else roots.set(lineage.root, [{ event, turns: lineage.turns }])
  }
  return roots
}

/** What was passed in several turns; else where the most were counted. */
function pathOf(passed: readonly Passed[]): string[] {
  const turnsOf = new Map<string, Set<number>>()
  for (const { event, turns } of passed) {
    const node = nodeText(event)
    turnsOf.set(node, (turnsOf.get(node) ?? new Set()).add(turns))
  }
  const again = [...turnsOf].filter(([, turns]) => turns.size > 1).map(([node]) => node)
  return again.length > 0 ? again : [nodeText(deepest(passed)?.event)]
}

function deepest(passed: readonly Passed[]): Passed | undefined {
  return passed.reduce<Passed | undefined>((a, b) => (b.turns > (a?.turns ?? 0) ? b : a), undefined)
}

function toldOf(path: string[], requests: readonly (readonly Passed[])[]): FoundLoop {
  const all = requests.flat()
  const turns = deepest(all)?.turns ?? 0
  const longest = requests.find((passed) => passed.some((one) => one.turns === turns)) ?? []
  const steps = longest.filter(({ event }) => nodeText(event) === path[0])
  const figures = figuresOf(all.map(({ event }) => event))
  const periodUs = median(requests.flatMap((passed) => periodsOf(passed, path[0])))
  const explain =
    `${path.join(', ')} ${path.length === 1 ? 'is' : 'are'} passed again and again: AWS counts ` +
    `${turns.toLocaleString('en')} turns in the trace header (Lineage).`
  return {
    ...{ path, by: 'lineage', turns, amplification: amplificationOf(all, path[0]) },
    periodMs: periodUs === null ? null : periodUs / 1_000,
    chains: requests.length,
    events: all.length,
    ...figures,
    witnesses: steps.flatMap(({ event: { id } }) => id ?? []).slice(0, 10),
    explain,
  }
}

/** Events of one turn for each event of the turn before, as a geometric mean. */
function amplificationOf(all: readonly Passed[], node: string | undefined): number {
  const steps = all.filter(({ event }) => nodeText(event) === node)
  const turns = steps.map((step) => step.turns).sort((a, b) => a - b)
  const [first = 0, last = 0] = [turns[0], turns.at(-1)]
  const eventsOf = (turn: number) => turns.filter((one) => one === turn).length
  return first === last ? 1 : rounded((eventsOf(last) / eventsOf(first)) ** (1 / (last - first)))
}

/** From each turn to the next that was seen, for one turn. */
function periodsOf(passed: readonly Passed[], node: string | undefined): number[] {
  const steps = passed.filter(({ event }) => nodeText(event) === node && event.atUs !== null)
  return steps.slice(1).flatMap(({ event, turns }, n) => {
    const before = steps[n]
    const more = turns - (before?.turns ?? 0)
    return more > 0 ? [((event.atUs ?? 0) - (before?.event.atUs ?? 0)) / more] : []
  })
}
