import type { AwsOptions } from '../aws/options.js'
import type { Config } from '../config/config.js'
import { besideFile } from '../config/sources.js'
import type { Outside } from '../envelopes/outside.js'

export interface OutsidePlaces {
  /** Where the schemas of Avro are, as typed; else evt.yaml's. */
  schemaRegistry?: string | undefined
  /** Where the payloads of claim checks are: a folder, or `s3`. */
  followClaims?: string | undefined
  aws?: AwsOptions | undefined
  cwd: string
  env: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
}

/**
 * What records refer to and do not hold, as far as somebody said where it is.
 *
 * @throws EvtError as openRegistry and openClaims
 */
export async function outsideOf(places: OutsidePlaces, config: Config): Promise<Outside> {
  const { schemaRegistry, followClaims, aws, cwd, signal } = places
  const ofFile = config.schemaRegistry
  const registry = schemaRegistry ?? (ofFile === undefined ? ofFile : besideFile(ofFile, config))
  const outside: Outside = {}
  if (registry !== undefined) {
    const { openRegistry } = await import('../registry/open.js')
    outside.schemas = await openRegistry(registry, places)
  }
  if (followClaims !== undefined) {
    const { openClaims } = await import('../claims/open.js')
    outside.claims = await openClaims(followClaims, { ...aws, cwd, signal })
  }
  return outside
}
