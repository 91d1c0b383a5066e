import type { Made } from '../../dashboards/html/page.js'
import type { DiffRun } from '../stats/diff/run.js'
import type { GivenSources } from '../stats/named-sources.js'
import type { StatsRequest } from '../stats/request.js'
import { safeText } from '../ui/safe-text.js'
import type { StatsFormat } from '../ui/stats-output.js'
import type { TextStyle } from '../ui/style.js'
import { awsOptions } from './flags.js'
import { type StatsFlagValues, statsChoices } from './stats-flags.js'
import { timeRange } from './time.js'

interface Typed {
  flags: StatsFlagValues & {
    map?: string[] | undefined
    preset?: string | undefined
    config?: string | undefined
    'schema-registry'?: string | undefined
    'follow-claims'?: string | undefined
    profile?: string | undefined
    region?: string | undefined
    'endpoint-url'?: string | undefined
    since?: string | undefined
    until?: string | undefined
    progress: boolean
    quiet: boolean
    verbose: boolean
  }
  given: readonly string[]
  choose?: GivenSources['choose']
  lineWith?: GivenSources['lineWith']
  signal: AbortSignal
}

/** Runs what measures archives with the request that was typed, while progress is shown; then says
 * what --verbose tells. */
export async function measuring<T>(
  { flags, given, choose, lineWith, signal }: Typed,
  run: (request: StatsRequest) => Promise<T>,
): Promise<T> {
  const { createProgress } = await import('../ui/progress.js')
  const { stderr, env } = process
  const isTerminal = stderr.isTTY === true
  const progress = createProgress({
    stream: stderr,
    enabled: (isTerminal || flags.progress) && !flags.quiet,
    isTerminal,
    now: () => performance.now(),
  })
  const told: string[] = []
  return run({
    given,
    maps: flags.map ?? [],
    presets: flags.preset === undefined ? undefined : [flags.preset],
    config: flags.config,
    choose,
    lineWith,
    schemaRegistry: flags['schema-registry'],
    followClaims: flags['follow-claims'],
    aws: awsOptions(flags),
    choices: statsChoices(flags),
    range: timeRange(flags, Date.now()),
    cwd: process.cwd(),
    env,
    signal,
    onProgress: (state) => progress.update(state),
    explain: flags.verbose ? (lines) => told.push(...lines) : undefined,
  }).finally(() => {
    progress.stop()
    for (const line of new Set(told)) stderr.write(`${safeText(line)}\n`)
  })
}

/** How a result is written: as text in a style, or as a page that says how it was made. */
interface Look {
  format: StatsFormat | 'html'
  style: TextStyle
  made: Made
}

/** Measures both sides and prints how they differ; nothing where people would see nothing. */
export async function printDiff(typed: Typed, versus: string, look: Look): Promise<undefined> {
  const { runDiff } = await import('../stats/diff/run.js')
  const run = await measuring(typed, (request) => runDiff(request, versus))
  process.stdout.write(await written(run, look))
  if (run.failure) throw run.failure
}

async function written(run: DiffRun, { format, style, made }: Look): Promise<string | Uint8Array> {
  if (format === 'html') {
    const { diffPage } = await import('../../dashboards/html/diff-page.js')
    return diffPage(run, made)
  }
  if (format === 'text' && run.isEmpty) return ''
  const { renderDiff } = await import('../ui/diff-output.js')
  return renderDiff(run, format, style)
}
