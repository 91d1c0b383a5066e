import { createRandom } from '../laws/mutants.js'

/** What is known of a planted loop. */
interface PlantedLoop {
  /** From its least name on. */
  path: string[]
  turns: number
  amplification: number
}

export interface Planted {
  /** One event a line, in any order. */
  lines: string[]
  loops: PlantedLoop[]
}

const START_MS = Date.UTC(2026, 10, 1)
const HOUR_S = 3_600

/**
 * An archive with loops of 1 to 12 nodes, steady and growing, of seconds and of hours, one within
 * another, of one producer or across several, and with what looks like loops and is none: retries
 * and sagas that come back three times, long ones, fan-out, redeliveries, replays.
 *
 * Without ids nothing tells what caused what; each event has a reference of its own, steps take a
 * little longer or shorter, of every second loop events count how deep they are, and there are
 * things that a clock begins, or somebody who sleeps between them.
 *
 * @param size events, about
 */
export function planted(seed: number, size: number, hasIds = true): Planted {
  const random = createRandom(seed)
  const chance = createRandom(seed + 1)
  const lines: string[] = []
  const loops: PlantedLoop[] = []
  let serial = 0
  let chain = 0
  const event = (type: string, cause: string | undefined, atS: number, more = {}) => {
    serial += 1
    const at = new Date(START_MS + atS * 1_000).toISOString()
    const thread = { corr: `c-${chain}`, order: `o-${chain}` }
    const fields = hasIds
      ? { type, source: 'made', at, cause, ...thread }
      : { type, source: 'made', at, ref: `r${chance(1e9)}`, order: `o-${chain}` }
    const id = hasIds ? `e-${serial}` : undefined
    const line = JSON.stringify({ id, ...fields, ...more })
    lines.push(line)
    if (random(10) === 0) lines.push(line)
    if (random(20) === 0) lines.push(JSON.stringify({ id, ...fields, ...more, replay: 'again' }))
    // What nobody goes on from.
    if (random(4) === 0) {
      const own = hasIds ? { id: `${id}-log`, cause: id } : { ref: `r${chance(1e9)}` }
      lines.push(JSON.stringify({ ...fields, ...own, type: 'log' }))
    }
    return id
  }
  const stepOf = (stepS: number) => (hasIds ? stepS : stepS * (0.95 + chance(100) / 1_000))

  const loop = (name: string) => {
    chain += 1
    const nodes = Array.from({ length: 1 + random(12) }, (_, n) => `${name}.${n}`)
    // Some stay with one producer, others go across buses and accounts.
    const sources = ['made', 'made.eu', 'shop@210987654321'].slice(0, 1 + random(3))
    const sourceOf = (n: number) => sources[n % sources.length] ?? ''
    const grows = random(4) === 0
    const turns = grows ? 5 + random(2) : 5 + random(30)
    const stepS = [1, 60, HOUR_S][random(3)] ?? 1
    let heads: (string | undefined)[] = [event('begun', undefined, 0)]
    let atS = 0
    const isCounted = !hasIds && chance(2) === 0
    let hops = 0
    for (let turn = 0; turn < turns; turn++) {
      for (const [n, node] of nodes.entries()) {
        atS += stepOf(stepS)
        hops += 1
        const copies = grows && n === 0 && turn > 0 ? 2 : 1
        const own = { source: sourceOf(n), ...(isCounted && { hops }) }
        heads = heads.flatMap((cause) =>
          Array.from({ length: copies }, () => event(node, cause, atS, own)),
        )
      }
    }
    const path = nodes.map((node, n) => `${sourceOf(n)}/${node}`)
    loops.push({ path, turns, amplification: grows ? 2 : 1 })
  }

  const nested = (name: string) => {
    chain += 1
    const [outer, inner] = [5 + random(4), 2 + random(4)]
    let cause: string | undefined
    for (let turn = 0; turn < outer; turn++) {
      cause = event(`${name}.a`, cause, turn * 100 + 1)
      for (let n = 0; n < inner; n++) {
        cause = event(`${name}.b`, cause, turn * 100 + 2 + n * 2)
        cause = event(`${name}.c`, cause, turn * 100 + 3 + n * 2)
      }
    }
    const path = (...nodes: string[]) => nodes.map((node) => `made/${name}.${node}`)
    loops.push({ path: path('a', 'b', 'c'), turns: outer, amplification: 1 })
    loops.push({ path: path('b', 'c'), turns: outer * inner, amplification: 1 })
  }

  const saga = () => {
    chain += 1
    let cause: string | undefined = event('saga.begun', undefined, 0)
    for (let n = 0; n <= random(4); n++) {
      cause = event('payment.requested', cause, n * 10)
      cause = event('payment.failed', cause, n * 10 + 5)
    }
    cause = event('saga.ended', cause, 50)
    for (let n = 0; n < 8; n++) event('told', cause, 51 + n)
  }

  /** Forty steps, of which one is done again, and a few more wait for an answer three times. */
  const longSaga = () => {
    chain += 1
    let cause: string | undefined = event('long.begun', undefined, 0)
    for (let n = 0; n < 40; n++) {
      cause = event(`long.step${n}`, cause, 10 + n * 60)
      if (n === 20) cause = event('long.step3', cause, 40 + n * 60)
      for (let wait = 0; n % 13 === 12 && wait < 3; wait++) {
        cause = event(`long.asked${n}`, cause, 20 + n * 60 + wait * 10)
        cause = event(`long.late${n}`, cause, 25 + n * 60 + wait * 10)
      }
    }
  }

  /** What a clock begins: beats of a host, and a report in three steps. */
  const clock = (everyS: number) => {
    for (let n = 0; n < 30; n++) {
      chain += n === 0 ? 1 : 0
      event(`beat${everyS}`, undefined, n * everyS + chance(40) / 1_000)
    }
    for (let n = 0; n < 30; n++) {
      chain += n === 0 ? 1 : 0
      const atS = n * everyS + chance(40) / 1_000
      for (const [step, name] of ['asked', 'made', 'sent'].entries())
        event(`report.${name}${everyS}`, undefined, atS + step * 2)
    }
  }

  /** What drifts, after something happened: beats, a status that is polled, jobs of two steps. */
  const sleeper = (everyS: number) => {
    for (const names of [['drift'], ['polled'], ['job.begun', 'job.done']]) {
      chain += 1
      event('begun', undefined, 0)
      let atS = 1
      for (let n = 0; n < 10 + chance(30); n++) {
        atS += stepOf(everyS)
        for (const [step, name] of names.entries())
          event(`${name}${everyS}`, undefined, atS + step * 0.05 * stepOf(everyS))
      }
    }
  }

  if (!hasIds) for (const everyS of [60, 3_600]) clock(everyS)
  if (!hasIds) for (const everyS of [0.5, 10, 60, 3_600]) sleeper(everyS)
  for (let n = 0; n < 4; n++) loop(`loop${n}`)
  nested('nested')
  while (lines.length < size) {
    if (random(50) === 0) longSaga()
    else saga()
  }
  for (let n = lines.length - 1; n > 0; n--) {
    const other = random(n + 1)
    const [a = '', b = ''] = [lines[n], lines[other]]
    lines[n] = b
    lines[other] = a
  }
  return { lines, loops }
}
