import { EvtError } from '../errors.js'
import { createMapping } from '../event/mapping.js'
import { namedSources } from '../reading/named-sources.js'
import type { StatsRequest } from '../stats/request.js'
import { askedBeside, checkBeside, checkSeenOnce, type SentChoices } from './asked-beside.js'
import type { Baseline } from './baseline.js'
import { type Grounds, judgeRules, passOnlyIf, verdictOf } from './judge.js'
import { mappingLines } from './mapping-lines.js'
import { type GateRun, measuredRun, type SavedFiles, savedRuns } from './measure.js'
import { type BaselineRequest, openBaseline } from './open-baseline.js'
import { type CheckResult, percentileNames } from './result.js'
import type { Rule } from './rule.js'
import { rulesOf, windowUsOf } from './rules-of.js'

/** Of the histograms that evt keeps latencies in. */
export const histogramKind = { unit: 'us', precision: 3 } as const

export interface CheckRequest extends StatsRequest {
  /** As they were typed. */
  rules: readonly string[]
  baseline: { name: string | undefined; runs: number; branch: string | undefined }
  /** Of rules on what was lost. */
  sent: SentChoices
  nowMs: number
}

export interface CheckRun {
  result: CheckResult
  /** Why the run does not end well, whatever the rules say. */
  failure: EvtError | undefined
  isEmpty: boolean
  /** Whether a rule waits for a baseline that is not there. */
  lacksBaseline: boolean
  /** The latencies of both, as encoded histograms; null without. */
  curves: { now: string | null; baseline: string | null }
  run: GateRun
  mapping: string[]
}

/**
 * `evt check` from what was typed to verdicts. Rules and baselines are looked at before anything is
 * measured.
 *
 * @throws EvtError `usage` for a rule, mapping, baseline or SOURCE that is wrong
 */
export async function runCheck(request: CheckRequest): Promise<CheckRun> {
  return judgedRun(request, ({ sources, windowUs, saved }) =>
    measuredRun({ request, sources, windowUs, nowMs: request.nowMs, saved }),
  )
}

/** What is to be measured, and what it is for. */
export interface Measurement {
  sources: readonly string[]
  windowUs: number | null
  rules: readonly Rule[]
  baseline: Baseline | null
  /** Where all of the sources were measured before. */
  saved?: SavedFiles | undefined
}

/**
 * The same of what comes, which is seen once.
 *
 * @throws EvtError `usage` also for rules that read a second time, and what nothing comes to
 */
export async function runLiveCheck(
  request: CheckRequest,
  measure: (asked: Measurement) => Promise<GateRun>,
): Promise<CheckRun> {
  return judgedRun(request, measure, async (rules, sources) => {
    checkSeenOnce(rules)
    const isMeasured = sources.some(isLog) || (await savedRuns(sources, request.cwd)) !== undefined
    if (!isMeasured) return
    throw new EvtError(`nothing comes to ${sources.join(' ')}: it was measured before`, {
      code: 'usage',
      hint: 'leave out --while and --watch',
    })
  })
}

/** The same of what is measured in another way. */
export async function judgedRun(
  request: CheckRequest,
  measure: (asked: Measurement) => Promise<GateRun>,
  check?: (rules: readonly Rule[], sources: readonly string[]) => Promise<void>,
): Promise<CheckRun> {
  const { config, sources } = await namedSources(request)
  const rules = rulesOf(request.rules, config, sources)
  await check?.(rules, sources)
  checkBeside(rules, sources, request.sent, check !== undefined)
  const mapping = createMapping({ events: config.events, maps: request.maps })
  const saved = await savedRuns(sources, request.cwd)
  const lines = saved?.[0].run.mapping ?? mappingLines(mapping, request.presets ?? [])
  const { types, filter } = request.choices
  const chosen = saved?.[0].run.selection ?? { types, filter: filter?.json }
  const baseline = await baselineFor(request, lines, chosen)
  const run = await measure({ sources, windowUs: windowUsOf(rules), rules, baseline, saved })
  const isOfEvents = saved === undefined && !sources.some(isLog) && !run.isEmpty
  if (isOfEvents && run.failure === undefined) {
    const asked = { ...request, given: sources }
    const { figures } = run.measured.total
    Object.assign(figures, await askedBeside(rules, figures, asked, request.sent))
  }
  const isOfFlows = rules.some(({ scope }) => scope.kind === 'flow') && !run.isEmpty
  const flows = isOfFlows ? await flowsOf({ ...request, given: sources }) : new Map()
  const grounds = { measured: run.measured, windows: run.windows, flows, baseline }
  return {
    result: resultOf(rules, grounds, run),
    failure: run.failure,
    isEmpty: run.isEmpty,
    lacksBaseline: baseline === null && rules.some(({ kind }) => kind === 'baseline'),
    curves: {
      now: run.measured.total.figures.latencyMs.hdr,
      baseline: baseline?.runs.at(-1)?.total.figures.latencyMs.hdr ?? null,
    },
    run,
    mapping: lines,
  }
}

async function flowsOf(request: StatsRequest) {
  const { flowFigures } = await import('./flows.js')
  return flowFigures(request)
}

async function baselineFor(
  request: CheckRequest,
  mapping: string[],
  chosen: BaselineRequest['chosen'],
): Promise<Baseline | null> {
  const { name, runs, branch } = request.baseline
  if (name === undefined) return null
  return openBaseline({
    ...{ name, runs, branch, cwd: request.cwd, aws: request.aws ?? {} },
    ...{ nowMs: request.nowMs, signal: request.signal },
    like: { mapping, ...histogramKind },
    chosen,
    measure: async (source) => {
      const { nowMs } = request
      const asked = isLog(source) ? withoutEvents(request) : request
      const run = await measuredRun({ request: asked, sources: [source], windowUs: null, nowMs })
      if (run.failure) throw run.failure
      const [doubt] = run.doubts
      if (doubt === undefined) return run.measured
      const message = `${source} cannot be compared with: its mapping finds nothing`
      throw new EvtError(message, { code: 'inconclusive', hint: doubt })
    },
  })
}

function isLog(source: string): boolean {
  return /\.(hlog|hgrm)(\.gz|\.zst)?$/.test(source)
}

/** What chooses and maps the events of a run says nothing of a log that it is compared with. */
function withoutEvents(request: CheckRequest): CheckRequest {
  const choices = { ...request.choices, types: [], filter: undefined }
  return { ...request, maps: [], range: { sinceUs: null, untilUs: null }, choices }
}

function resultOf(rules: readonly Rule[], grounds: Grounds, run: GateRun): CheckResult {
  const { about, isEmpty, failure, measured } = run
  const judged = judgeRules(rules, grounds)
  const doubts = [...run.doubts]
  const isDoubted = isEmpty || about.partial || failure !== undefined || doubts.length > 0
  return {
    schema: 'evt.check/1',
    verdict: passOnlyIf(!isDoubted, verdictOf(judged)),
    sources: [...about.sources],
    partial: about.partial,
    span: about.span,
    events: measured.total.figures.events,
    doubts,
    baseline: baselineFigures(grounds.baseline),
    rules: judged,
  }
}

function baselineFigures(baseline: Baseline | null): CheckResult['baseline'] {
  if (baseline === null) return null
  const runs = baseline.runs.map(({ at, commit, branch, total }) => {
    const { events, latencyMs } = total.figures
    const percentiles = percentileNames.map((name) => [name, latencyMs[name]] as const)
    return {
      ...{ at, commit, branch, events: events === 0 ? null : events },
      latencyMs: Object.fromEntries(percentiles) as Record<
        (typeof percentileNames)[number],
        number | null
      >,
    }
  })
  return { name: baseline.name, runs }
}
