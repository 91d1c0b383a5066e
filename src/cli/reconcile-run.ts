import { EvtError } from '../errors.js'
import type { ReconcileRun } from '../reconcile/finished.js'
import type { LiveReconcileRequest } from '../reconcile/live.js'
import type { ReconcileResult, ReconcileRow } from '../reconcile/result.js'
import { runReconcile } from '../reconcile/run.js'
import { safeText } from '../ui/safe-text.js'
import { awsOptions } from './flags.js'
import { isAskedLive } from './live-flags.js'
import { reading, type TypedArchive } from './read-request.js'
import {
  type Failing,
  type ReconcileFlagValues,
  reconcileChoices,
  stagesOf,
} from './reconcile-flags.js'
import { requestOf, type TypedTail } from './tail-run.js'
import { timeRange } from './time.js'

export interface TypedReconcile extends TypedArchive {
  flags: TypedArchive['flags'] & TypedTail['flags'] & ReconcileFlagValues
}

/** Sets archives side by side, while progress is shown, or what comes, as long as it comes. */
export async function reconciled(typed: TypedReconcile): Promise<ReconcileRun> {
  const { flags } = typed
  const stages = stagesOf(flags)
  const choices = reconcileChoices(flags)
  const given = stages.flatMap((stage) => stage.given)
  const failures: EvtError[] = []
  const counts =
    flags.counts === undefined
      ? undefined
      : await countsFor(typed, given, (error) => void failures.push(error))
  const run = (await isAskedLive(flags, given))
    ? await live(typed, { stages, choices })
    : await reading(typed, (request) => runReconcile({ ...request, stages, choices }))
  if (!counts || run.isEmpty) return run
  run.result.counts = await counts(run.result)
  const [failure] = failures
  const isTaken = flags['allow-partial'] && failure?.code !== 'interrupted'
  if (failure === undefined || isTaken) return run
  const { code, hint = 'what could be counted is there; --allow-partial takes that' } = failure
  const told = new EvtError(`--counts: ${failure.message}`, { code, hint, cause: failure })
  run.result.partial = true
  return { ...run, failure: run.failure ?? told }
}

async function countsFor(
  { flags, signal }: TypedReconcile,
  given: readonly string[],
  onFailure: (error: EvtError) => void,
) {
  const { countsOf } = await import('../reconcile/transport-counts.js')
  const { loadConfig } = await import('../config/load.js')
  const { archives = {} } = await loadConfig({
    ...{ file: flags.config, env: process.env, cwd: process.cwd() },
  })
  const { windowUs } = reconcileChoices(flags)
  return countsOf(flags['counts-of'] ?? given, {
    ...{ aliases: archives, nowMs: Date.now, aws: { ...awsOptions(flags), signal } },
    windowMs: windowUs === null ? null : windowUs / 1_000,
    ...{ isChosen: flags['counts-of'] !== undefined, onFailure },
  })
}

async function live(
  typed: TypedReconcile,
  asked: Pick<LiveReconcileRequest, 'stages' | 'choices'>,
): Promise<ReconcileRun> {
  const { flags } = typed
  const note = (text: string) => {
    if (!flags.quiet) process.stderr.write(`${safeText(text)}\n`)
  }
  const request = requestOf(typed, note)
  const usual = flags.follow === false ? 'beginning' : 'latest'
  const start = request.start ?? usual
  const { reconcileLive } = await import('../reconcile/live.js')
  const run = await reconcileLive({
    ...{ ...request, ...asked, start },
    range: timeRange(flags, request.nowMs()),
    onOpen: (sources) => {
      for (const { address, safety } of sources) note(`${safety}  ${address}`)
    },
  })
  const isOfNow = start === 'latest' && asked.stages.every(({ given }) => !given.some(keepsNothing))
  return isOfNow ? withMore(run) : run
}

/** What is sent while nobody listens is gone. */
function keepsNothing(source: string): boolean {
  return /^(?:sns|eventbridge):|^arn:[\w-]+:(?:sns|events):/.test(source)
}

/** Where nothing came: there may be something. */
function withMore({ failure, ...run }: ReconcileRun): ReconcileRun {
  if (failure?.code !== 'inconclusive' || failure.hint !== undefined) return { ...run, failure }
  const hint = 'what comes is compared alone; --from beginning takes what is there, too'
  return { ...run, failure: new EvtError(failure.message, { code: failure.code, hint }) }
}

/** Why a run ends with 4, or cannot tell, where `--fail-on` asks; undefined where all is well. */
export function failed(
  result: ReconcileResult,
  asked: readonly Failing[] | undefined,
): EvtError | undefined {
  const rows = [result.total, ...(result.hops ?? []).map(({ total }) => total)]
  const fates = [...new Set(asked ?? [])]
  const found = fates.flatMap((fate) => {
    const most = Math.max(0, ...rows.map((row) => row[fate] ?? 0))
    return most > 0 ? [`${most.toLocaleString('en')} ${words[fate]}`] : []
  })
  const on = `--fail-on ${fates.join(',')}`
  if (found.length > 0) return new EvtError(`${found.join(', ')} (${on})`, { code: 'gate' })
  const unknown = fates.filter((fate) => rows.some((row) => row[fate] === null))
  if (unknown.length === 0) return undefined
  const named = unknown.map((fate) => words[fate]).join(' or ')
  const message = `whether any are ${named} cannot be told`
  return new EvtError(message, { code: 'inconclusive', hint: 'the findings say why' })
}

const words: Readonly<Record<Failing & keyof ReconcileRow, string>> = {
  ...{ lost: 'lost', unexpected: 'unexpected', duplicated: 'duplicated', late: 'late' },
  ...{ recovered: 'recovered', inFlight: 'in flight' },
}
