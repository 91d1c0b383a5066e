import type { Made } from '../../dashboards/html/page.js'
import type { DiffRun, Versus } from '../stats/diff/run.js'
import type { StatsRequest } from '../stats/request.js'
import { safeText } from '../ui/safe-text.js'
import type { StatsFormat } from '../ui/stats-output.js'
import type { TextStyle } from '../ui/style.js'
import { reading, type TypedArchive } from './read-request.js'
import { type StatsFlagValues, statsChoices } from './stats-flags.js'
import type { TimeRange } from './time.js'

export interface TypedStats extends TypedArchive {
  flags: TypedArchive['flags'] & StatsFlagValues & { verbose: boolean }
}

/** Runs what measures archives with the request that was typed, while progress is shown; then says
 * what --verbose tells. */
export async function measuring<T>(
  typed: TypedStats,
  run: (request: StatsRequest) => Promise<T>,
): Promise<T> {
  const { flags } = typed
  const told: string[] = []
  const explain = flags.verbose ? (lines: readonly string[]) => told.push(...lines) : undefined
  const choices = statsChoices(flags)
  return reading(typed, (request) => run({ ...request, choices, explain })).finally(() => {
    for (const line of new Set(told)) process.stderr.write(`${safeText(line)}\n`)
  })
}

/** How a result is written: as text in a style, or as a page that says how it was made. */
interface Look {
  format: StatsFormat | 'html'
  style: TextStyle
  made: Made
}

/** What is compared with what: the range in place of the one that was typed, where there is one. */
interface Compared {
  versus: Versus
  range?: TimeRange
}

/** Measures both sides and prints how they differ; nothing where people would see nothing. */
export async function printDiff(
  typed: TypedStats,
  { versus, range }: Compared,
  look: Look,
): Promise<undefined> {
  const { runDiff } = await import('../stats/diff/run.js')
  const byAthena = typed.flags.engine === 'athena' && (await import('./stats-athena.js')).byAthena
  const run = await measuring(typed, (request) => {
    const measure = byAthena ? byAthena(typed) : undefined
    return runDiff({ ...request, range: range ?? request.range }, versus, measure)
  })
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
