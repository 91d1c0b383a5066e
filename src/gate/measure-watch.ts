import { type LiveRequest, type LiveRun, runLive } from '../live/run.js'
import type { LiveLoops } from '../loops/live-loops.js'
import { counted } from '../stats/findings/phrases.js'
import type { Baseline } from './baseline.js'
import { certainVerdict } from './certain.js'
import { judgeRules, passOnlyIf, verdictOf } from './judge.js'
import { type GateRun, gateRunOf } from './measure.js'
import type { Rule } from './rule.js'

export interface WatchRequest {
  /** What is measured, and for how long at most. */
  live: LiveRequest
  /** From one look to the next. */
  everyMs: number
  rules: readonly Rule[]
  baseline: Baseline | null
  /** Of what comes, where a rule is about them. */
  loops: LiveLoops | undefined
  nowMs(): number
}

/** All looks together end a watch wrongly in one of a thousand. */
const CHANCE_OF_LOOKS = 0.001

/**
 * Measures what comes, and looks from time to time whether the verdict is certain: then it ends.
 * Who looks often sees more by chance: look n has the share 6/(π·n)² of what may be wrong, and
 * these come to 1.
 */
export async function measuredWatch(request: WatchRequest): Promise<GateRun> {
  const { live, everyMs, loops, nowMs } = request
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const onBegin = (measured: () => LiveRun) => {
    let looks = 0
    timer = setInterval(() => {
      looks += 1
      if (look(measured(), looks, request)) stop.abort()
    }, everyMs)
  }
  try {
    const onItems: LiveRequest['onItems'] = (items) => void loops?.observe(items, nowMs())
    const run = await runLive({ ...live, stop: stop.signal, onBegin, onItems })
    return gateRunOf(run, nowMs(), loops)
  } finally {
    clearInterval(timer)
  }
}

/** Whether there is nothing more to wait for; what is known so far is told. */
function look(live: LiveRun, looks: number, request: WatchRequest): boolean {
  const { rules, baseline, loops, nowMs } = request
  const { measured, windows, doubts, isEmpty } = gateRunOf(live, nowMs(), loops)
  const grounds = { measured, windows, flows: new Map(), baseline }
  const isDoubted = isEmpty || doubts.length > 0
  const verdict = passOnlyIf(!isDoubted, verdictOf(judgeRules(rules, grounds)))
  const certain = certainVerdict(rules, grounds, (CHANCE_OF_LOOKS * 6) / (Math.PI * looks) ** 2)
  const isOver = certain === 'fail' || (certain === 'pass' && !isDoubted)
  const events = counted(measured.total.figures.events, 'event')
  const after = isOver ? `, certainly after ${counted(looks, 'look')}` : ''
  request.live.onNote(`${events}: ${verdict}${after}`)
  return isOver
}
