import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { isRemote } from '../archives/address.js'
import type { AwsOptions } from '../aws/options.js'
import { cacheFolder } from '../config/cache-folder.js'
import { loadConfig } from '../config/load.js'
import type { TypedPattern } from '../event/pattern.js'
import { namespaceNamed } from './namespace.js'
import { type OfType, promisedTypes } from './own-types.js'
import type { Telling } from './request.js'
import type { Target } from './target.js'

/** Where it is asked for. */
export interface Place extends Telling {
  readonly given: readonly string[]
  readonly config: string | undefined
  readonly env: NodeJS.ProcessEnv
  readonly cwd: string
  readonly aws?: AwsOptions | undefined
}

interface Names {
  readonly namespace: string
  /** Types of which evt.yaml promises something. */
  readonly promised: readonly OfType[]
}

export async function namesOf({ namespace, config, env, cwd, given }: Place): Promise<Names> {
  const { cloudwatch, slo } = await loadConfig({ file: config, env, cwd, firstSource: given[0] })
  const promised = promisedTypes(slo)
  return { namespace: namespaceNamed(namespace ?? cloudwatch?.namespace), promised }
}

/** @throws EvtError `usage` for an URL that is none */
export async function openTarget(namespace: string, request: Place): Promise<Target> {
  const { otlp: url, aws = {}, env, version } = request
  if (url === undefined) {
    const { cloudwatchTarget } = await import('./cloudwatch-target.js')
    return cloudwatchTarget(namespace, aws)
  }
  const { otlpTarget } = await import('./otlp-target.js')
  return otlpTarget({ url, namespace, version, env })
}

interface Journalled {
  readonly namespace: string
  readonly target: Target | undefined
  readonly sources: readonly string[]
  /** Which events are measured. */
  readonly chosen: {
    readonly types: readonly string[]
    readonly filter?: TypedPattern | undefined
  }
}

/** Of the same windows of the same events with the same names in the same place there is one.
 * `--sent` and `--loops` make no other: what they add to a window is told with the rest of it. */
export function journalFile(
  { journal, cwd, env, windowUs, dimensions, otlp, aws = {} }: Place,
  { namespace, target, sources, chosen }: Journalled,
): string {
  if (journal !== undefined) return resolve(cwd, journal)
  const account = aws.profile ?? env['AWS_PROFILE'] ?? null
  const endpoint = aws.endpointUrl ?? env['AWS_ENDPOINT_URL_CLOUDWATCH'] ?? env['AWS_ENDPOINT_URL']
  const places = sources.map((each) => (isRemote(each) ? each : resolve(cwd, each)))
  const region = target?.region ?? null
  const ofAws = [namespace, account, endpoint ?? null, region, windowUs, dimensions, places]
  const ofPlace = otlp === undefined ? ofAws : [namespace, otlp, windowUs, dimensions, places]
  const { types, filter } = chosen
  const isAll = types.length === 0 && filter === undefined
  const of = isAll ? ofPlace : [...ofPlace, [...types].sort(), filter?.text ?? null]
  const key = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16)
  return join(cacheFolder(env), 'metrics', `${key}.ndjson`)
}
