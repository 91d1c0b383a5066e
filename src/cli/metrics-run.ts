import { EvtError } from '../errors.js'
import { emfLines } from '../publish/emf.js'
import { type PublishRequest, type PublishRun, planPublish } from '../publish/run.js'
import { metricsText } from '../ui/metrics-text.js'
import { commandText } from '../ui/shell-quote.js'
import { confirmed } from './confirm.js'
import { dimensionsOf, windowOf } from './metrics-flags.js'
import { progressFor } from './progress.js'
import { reading, type TypedArchive } from './read-request.js'
import { type StatsFlagValues, statsChoices } from './stats-flags.js'

export interface TypedMetrics extends TypedArchive {
  flags: TypedArchive['flags'] &
    Omit<StatsFlagValues, 'by'> & {
      namespace?: string | undefined
      window: string
      dimension?: string[] | undefined
      'max-types': number
      'allow-late'?: boolean | undefined
      resend?: boolean | undefined
      journal?: string | undefined
      emf?: boolean | undefined
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
  const run = await reading(typed, (request) => planPublish(requestOf(typed, request)))
  const { result, windows, failure } = run
  try {
    // A window is published once: what is missing now would stay missing.
    if (failure && typed.flags['dry-run'] !== true) throw unpublished(failure)
    if (typed.flags.emf === true) {
      for (const line of emfLines(windows, result.namespace)) typed.print(line)
    } else await agreedAndPublished(run, typed)
    if (failure) throw failure
  } finally {
    run.close()
  }
}

function unpublished({ message, code, hint, cause }: EvtError): EvtError {
  return new EvtError(`nothing was published: ${message}`, { code, hint, cause })
}

function requestOf(
  { flags }: TypedMetrics,
  request: Parameters<Parameters<typeof reading>[1]>[0],
): PublishRequest {
  return {
    ...request,
    choices: statsChoices({ ...flags, by: 'type' }),
    namespace: flags.namespace,
    windowUs: windowOf(flags.window),
    dimensions: dimensionsOf(flags.dimension ?? []),
    mostTypes: flags['max-types'],
    allowLate: flags['allow-late'] === true,
    resend: flags.resend === true,
    journal: flags.journal,
    isPrinted: flags.emf === true,
    nowMs: Date.now,
  }
}

async function agreedAndPublished(run: PublishRun, typed: TypedMetrics): Promise<void> {
  const { flags, isJson, print } = typed
  const { result } = run
  const shown = (of: PublishRun['result'], isDone: boolean) =>
    isJson ? JSON.stringify(of) : metricsText(of, isDone)
  if (flags['dry-run'] === true || result.windows.published === 0) {
    print(shown(result, false))
    return
  }
  await agreed(result, typed)
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
  print(shown(published, true))
}

/** @throws EvtError where somebody says no, or nobody can be asked */
async function agreed(result: PublishRun['result'], typed: TypedMetrics): Promise<void> {
  const { flags, isJson, argv, note, signal } = typed
  const { stdin, stderr } = process
  if (flags.yes === true) return
  if (isJson || stdin.isTTY !== true || stderr.isTTY !== true) {
    const reason = isJson ? '-o json does not ask' : 'there is no terminal to ask on'
    throw new EvtError(`nothing was published: ${reason}`, {
      ...{ code: 'usage', hint: commandText(['evt', 'metrics', 'publish', ...argv, '--yes']) },
    })
  }
  note(metricsText(result, false))
  if (await confirmed('publish them?', signal)) return
  throw new EvtError('nothing was published', { code: 'interrupted' })
}
