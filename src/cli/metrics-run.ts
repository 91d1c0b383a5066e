import { EvtError } from '../errors.js'
import { withoutSecrets } from '../event/shown-url.js'
import { emfLines } from '../publish/emf.js'
import type { LivePublishRequest } from '../publish/live.js'
import type { By } from '../publish/own-types.js'
import type { MetricsResult } from '../publish/plan.js'
import type { PublishRequest, Telling } from '../publish/request.js'
import { type PublishRun, planPublish } from '../publish/run.js'
import { memberPrice, metricsText } from '../ui/metrics-text.js'
import { safeText } from '../ui/safe-text.js'
import { commandText } from '../ui/shell-quote.js'
import { isAskedLive, memoryMs } from './live-flags.js'
import { dimensionsOf, everyMs, windowOf } from './metrics-flags.js'
import { progressFor } from './progress.js'
import { agreed } from './published-plan.js'
import { reading, type TypedArchive } from './read-request.js'
import { graceUs } from './reconcile-flags.js'
import { type StatsFlagValues, statsChoices } from './stats-flags.js'
import { requestOf, type TypedTail } from './tail-run.js'

export interface TypedMetrics extends TypedArchive {
  flags: TypedArchive['flags'] &
    TypedTail['flags'] &
    Omit<StatsFlagValues, 'by'> & {
      namespace?: string | undefined
      window: string
      dimension?: string[] | undefined
      'max-types': number
      by: By
      force?: boolean | undefined
      'allow-late'?: boolean | undefined
      resend?: boolean | undefined
      journal?: string | undefined
      emf?: boolean | undefined
      prometheus?: boolean | undefined
      otlp?: string | undefined
      sent?: string[] | undefined
      grace: string
      loops?: boolean | undefined
      every?: string | undefined
      'dedupe-window': string
      yes?: boolean | undefined
      'dry-run'?: boolean | undefined
    }
  argv: readonly string[]
  isJson: boolean
  print(text: string): void
  note(text: string): void
}

/** `evt metrics publish`: measures, says what it would publish, asks, publishes.
 * @throws EvtError where not all was published */
export async function publishMetrics(typed: TypedMetrics): Promise<void> {
  if (typed.flags.every !== undefined) return publishLive(typed, typed.flags.every)
  if (await isAskedLive({ config: typed.flags.config }, typed.given)) throw neverEnds()
  const run = await reading(typed, (request) => planPublish(archiveRequest(typed, request)))
  const { result, windows, failure } = run
  try {
    // A window is published once: what is missing now would stay missing.
    if (failure && typed.flags['dry-run'] !== true) throw unpublished(failure)
    checkForced(typed, result)
    if (typed.flags.emf === true) {
      for (const line of emfLines(windows, result.namespace)) typed.print(line)
    } else if (typed.flags.prometheus === true) await printForPrometheus(run, typed)
    else await agreedAndPublished(run, typed)
    if (failure) throw failure
  } finally {
    run.close()
  }
}

/** @throws EvtError `usage`: by key or entity nothing is told but on purpose */
function checkForced({ flags, argv }: TypedMetrics, result: MetricsResult): void {
  if (result.by === undefined || result.metrics === 0) return
  if (flags.force === true || flags['dry-run'] === true) return
  throw new EvtError(`nothing was published: ${memberPrice(result, result.by)}`, {
    code: 'usage',
    hint: commandText(['evt', 'metrics', 'publish', ...argv.map(withoutSecrets), '--force']),
  })
}

function neverEnds(): EvtError {
  return new EvtError('what comes live is published as it comes', {
    ...{ code: 'usage', hint: 'say how often: --every 60s' },
  })
}

function unpublished({ message, code, hint, cause }: EvtError): EvtError {
  return new EvtError(`nothing was published: ${message}`, { code, hint, cause })
}

function tellingOf({ flags, version }: TypedMetrics): Telling {
  return {
    namespace: flags.namespace,
    windowUs: windowOf(flags.window),
    dimensions: dimensionsOf(flags.dimension ?? []),
    ...{ mostTypes: flags['max-types'], by: flags.by },
    graceUs: graceUs(flags.grace),
    resend: flags.resend === true,
    ...{ journal: flags.journal, otlp: flags.otlp, version },
    nowMs: Date.now,
  }
}

function archiveRequest(
  typed: TypedMetrics,
  request: Parameters<Parameters<typeof reading>[1]>[0],
): PublishRequest {
  const { flags } = typed
  return {
    ...{ ...request, ...tellingOf(typed) },
    choices: statsChoices({ ...flags, by: 'type' }),
    allowLate: flags['allow-late'] === true || flags.prometheus === true,
    isPrinted: flags.emf === true || flags.prometheus === true,
    ...{ sent: flags.sent ?? [], loops: flags.loops === true },
  }
}

async function printForPrometheus(run: PublishRun, typed: TypedMetrics): Promise<void> {
  const { prometheusText } = await import('../publish/prometheus.js')
  const { mostTypes, graceUs, dimensions } = tellingOf(typed)
  const { namespace } = run.result
  const options = { namespace, dimensions, mostTypes, graceUs, beside: run.beside }
  typed.print((await prometheusText(run.measured, options)).trimEnd())
}

async function agreedAndPublished(run: PublishRun, typed: TypedMetrics): Promise<void> {
  const { flags, print } = typed
  const { result } = run
  if (flags['dry-run'] === true || result.windows.published === 0) {
    print(shown(result, false, typed))
    return
  }
  await confirmedBy(typed, result)
  const progress = await progressFor(flags)
  const label = `publishing to ${result.namespace}`
  const published = await run
    .publish((calls) =>
      progress.update({
        ...{ label, bytesDone: 0, bytesTotal: null, records: calls },
        ...{ objectsDone: calls, objectsTotal: result.calls },
      }),
    )
    .finally(() => progress.stop())
  print(shown(published, true, typed))
}

function shown(result: MetricsResult, isDone: boolean, { isJson }: TypedMetrics): string {
  return isJson ? JSON.stringify(result) : metricsText(result, isDone)
}

async function publishLive(typed: TypedMetrics, every: string): Promise<void> {
  const { flags, print, isJson, note } = typed
  const { planLive } = await import('../publish/live.js')
  const run = await planLive(liveRequest(typed, every))
  try {
    if (flags['dry-run'] === true) {
      print(shown(run.result, false, typed))
      return
    }
    checkForced(typed, run.result)
    await confirmedBy(typed, run.result)
    if (!isJson && flags.yes === true) note(metricsText(run.result, false))
    const { result, failure } = await run.publish()
    print(shown(result, true, typed))
    if (failure) throw failure
  } finally {
    run.close()
  }
}

function liveRequest(typed: TypedMetrics, every: string): LivePublishRequest {
  const { flags } = typed
  const note = (text: string) => {
    if (!flags.quiet) process.stderr.write(`${safeText(text)}\n`)
  }
  const request = requestOf(typed, note)
  return {
    ...{ ...request, ...tellingOf(typed), follow: true, start: request.start ?? 'latest' },
    ...{ everyMs: everyMs(every), memoryMs: memoryMs(flags['dedupe-window']) },
    ...{ loops: flags.loops === true, allowPartial: flags['allow-partial'], onTold: note },
    onOpen: (sources) => {
      for (const { address, safety } of sources) note(`${safety}  ${address}`)
    },
  }
}

/** @throws EvtError where somebody says no, or nobody can be asked */
function confirmedBy(typed: TypedMetrics, result: MetricsResult): Promise<void> {
  const words = ['metrics', 'publish']
  const yes = typed.flags.yes === true
  const argv = typed.argv.map(withoutSecrets)
  return agreed(metricsText(result, false), { ...typed, argv, flags: { yes }, words })
}
