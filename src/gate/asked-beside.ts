import { EvtError } from '../errors.js'
import type { LiveLoops } from '../loops/live-loops.js'
import { LEAST_TURNS } from '../loops/loop.js'
import { acknowledgedWords } from '../reconcile/sent-status.js'
import type { StatsRequest } from '../stats/request.js'
import { LOOPS, LOSS, type MetricRow } from './metrics.js'
import type { Rule } from './rule.js'

/** What was sent, for rules on what was lost. */
export interface SentChoices {
  /** SOURCEs; none: nobody says. */
  given: readonly string[]
  /** As `--map`, of these alone. */
  maps: readonly string[]
  graceUs: number
}

/**
 * Rules may need what was sent, and to read a second time.
 *
 * @param isSeenOnce of what comes, of which {@link checkSeenOnce} refuses what reads a second time
 * @throws EvtError `usage` where they cannot have it
 */
export function checkBeside(
  rules: readonly Rule[],
  sources: readonly string[],
  { given }: SentChoices,
  isSeenOnce: boolean,
): void {
  const isAbout = (name: string) => rules.some((rule) => nameOf(rule) === name)
  if (isAbout(LOSS) && given.length === 0) {
    throw new EvtError(`a rule on ${LOSS} needs what was sent`, {
      code: 'usage',
      hint: 'add --sent SOURCE',
    })
  }
  if (!isAbout(LOSS) && given.length > 0) {
    throw new EvtError(`--sent is for rules on ${LOSS}, and there is none`, {
      code: 'usage',
      hint: `add --rule "${LOSS} == 0"`,
    })
  }
  // Loops among what comes are looked for as it does.
  if (isSeenOnce || !sources.includes('-') || !(isAbout(LOSS) || isAbout(LOOPS))) return
  const what = isAbout(LOSS) ? LOSS : LOOPS
  throw new EvtError(`standard input is read once, and rules on ${what} read a second time`, {
    code: 'usage',
    hint: 'write it to a file first',
  })
}

/** What finds loops in what comes, where a rule is about them.
 *
 * @param memoryMs so long events are remembered at least */
export async function liveLoopsFor(
  rules: readonly Rule[],
  memoryMs: number | null,
): Promise<LiveLoops | undefined> {
  if (!rules.some((rule) => nameOf(rule) === LOOPS)) return undefined
  const { LiveLoops } = await import('../loops/live-loops.js')
  return new LiveLoops({ leastTurns: LEAST_TURNS, memoryMs })
}

/** Null where nothing was known of causes: then none can be seen. */
export function loopsSeen(live: LiveLoops): number | null {
  const { loops, isLinked } = live.read()
  return loops.length > 0 || isLinked ? loops.length : null
}

/** @throws EvtError `usage` for rules that read a second time, which what comes cannot be */
export function checkSeenOnce(rules: readonly Rule[]): void {
  const again = rules.find((rule) => rule.scope.kind === 'flow' || nameOf(rule) === LOSS)
  if (!again) return
  const what = again.scope.kind === 'flow' ? 'flows' : LOSS
  throw new EvtError(`rules on ${what} read a second time, and what comes is seen once`, {
    code: 'usage',
    hint: 'evt record keeps it, and evt check judges what was kept',
  })
}

/** The figures that `evt stats` does not have, where a rule is about them, of the same events.
 *
 * @param known are not asked for again */
export async function askedBeside(
  rules: readonly Rule[],
  known: MetricRow,
  request: StatsRequest,
  sent: SentChoices,
): Promise<Pick<MetricRow, 'loops' | 'lost'>> {
  const names = new Set(rules.map(nameOf))
  return {
    ...(names.has(LOOPS) && known.loops === undefined && { loops: await loopsIn(request) }),
    ...(names.has(LOSS) && { lost: await lostIn(request, sent) }),
  }
}

function nameOf(rule: Rule): string | undefined {
  return rule.kind === 'expect' ? undefined : rule.metric.name
}

async function loopsIn(request: StatsRequest): Promise<number | null> {
  const { types, filter, memoryLimitBytes } = request.choices
  const chosen = { types, filter, memoryLimitBytes, entities: [], allowPartial: false }
  const { runLoops } = await import('../loops/run.js')
  const { result, failure } = await runLoops({ ...request, ...chosen, leastTurns: LEAST_TURNS })
  if (failure?.code === 'inconclusive') return null
  if (failure && failure.code !== 'gate') throw failure
  return result.loops.length
}

async function lostIn(request: StatsRequest, sent: SentChoices): Promise<number | null> {
  const { given, maps } = request
  const { types, filter, memoryLimitBytes } = request.choices
  const { runReconcile } = await import('../reconcile/run.js')
  const { result, failure, isEmpty } = await runReconcile({
    ...request,
    stages: [
      { name: 'sent', given: sent.given, maps: [...maps, ...sent.maps] },
      { name: 'received', given, maps },
    ],
    choices: {
      ...{ types, filter, memoryLimitBytes, graceUs: sent.graceUs, windowUs: null },
      ...{ identity: 'source+id', acknowledged: acknowledgedWords, allowPartial: false },
    },
  })
  if (failure && failure.code !== 'inconclusive') throw failure
  return isEmpty ? null : result.total.lost
}
