import type { Offer } from '../archives/offers.js'
import type { Config } from '../config/config.js'
import { loadConfig } from '../config/load.js'
import { sourcesOf } from '../config/sources.js'

/** What was typed of the SOURCEs, and who can be asked where nothing was. */
export interface GivenSources {
  given: readonly string[]
  /** `--config`. */
  config: string | undefined
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  /** Lets a person choose one; absent where nobody can be asked. */
  choose?: ((offers: readonly Offer[]) => Promise<string>) | undefined
  /** What was typed, with a SOURCE at its end, to be typed again. */
  lineWith?: ((source: string) => string) | undefined
}

/**
 * The SOURCEs of a command line and the configuration they are read with: those given, else
 * `default:` of evt.yaml, else the one that is chosen of what is here.
 *
 * @throws EvtError `usage` where nobody named one, with what there is to be read
 */
export async function namedSources({
  given,
  config: file,
  cwd,
  env,
  choose,
  lineWith,
}: GivenSources): Promise<{ config: Config; sources: string[] }> {
  const config = await loadConfig({ file, env, cwd, firstSource: given[0] })
  const sources = sourcesOf(given, config)
  if (sources.length > 0) return { config, sources }
  const { offersIn } = await import('../archives/offers.js')
  const offers = await offersIn(cwd, config)
  if (!choose || offers.length === 0) {
    const { noSource } = await import('./absence.js')
    throw noSource(offers, lineWith)
  }
  const chosen = await choose(offers)
  // The chosen folder may have a configuration of its own.
  const its = await loadConfig({ file, env, cwd, firstSource: chosen })
  return { config: its, sources: sourcesOf([chosen], its) }
}
