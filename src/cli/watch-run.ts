import type { Limits, Published } from '../../dashboards/cloudwatch/evt-graphs.js'
import { type Watched, watchedOf } from '../../dashboards/cloudwatch/watched.js'
import type { Config } from '../config/config.js'
import { loadConfig } from '../config/load.js'
import { EvtError } from '../errors.js'
import { parseRule } from '../gate/parse-rule.js'
import { namespaceNamed } from '../publish/namespace.js'
import {
  chosenTypes,
  promisedFirst,
  promisedTypes,
  unmeasuredPromises,
} from '../publish/own-types.js'
import type { StatsResult } from '../stats/result.js'
import { runEventStats } from '../stats/run.js'
import type { Topology } from '../topology/model.js'
import { safeText } from '../ui/safe-text.js'
import { dimensionsOf } from './metrics-flags.js'
import { reading, type TypedArchive } from './read-request.js'
import { type StatsFlagValues, statsChoices } from './stats-flags.js'
import { topologyNamed } from './topology-run.js'
import { namesOf } from './watch-flags.js'

export interface TypedWatch extends TypedArchive {
  flags: TypedArchive['flags'] &
    Omit<StatsFlagValues, 'by'> & {
      topology?: string[] | undefined
      name?: string[] | undefined
      prefix: string
      namespace?: string | undefined
      dimension?: string[] | undefined
      'max-types': number
      runbook?: string | undefined
    }
  note(text: string): void
}

export interface WatchRun {
  readonly watched: Watched
  /** Of what is shown; undefined where nobody said one. */
  readonly region: string | undefined
  /** The SOURCEs in which replays came again; empty: they did in none. */
  readonly replayed: readonly string[]
  /** Why the run does not end well although it has a result. */
  readonly failure: EvtError | undefined
}

/**
 * What dashboards and alarms are made of: what is deployed, and what an archive shows.
 *
 * @throws EvtError `usage` for what was typed wrong, `inconclusive` where there is nothing to watch
 */
export async function watchAsked(typed: TypedWatch): Promise<WatchRun> {
  const { flags, given } = typed
  const [cwd, env] = [process.cwd(), process.env]
  const names = namesOf(flags.name ?? [])
  const dimensions = dimensionsOf(flags.dimension ?? [])
  const config = await loadConfig({ file: flags.config, cwd, env, firstSource: given[0] })
  const topology = await topologyNamed(flags.topology ?? [], cwd)
  const namespace = namespaceNamed(flags.namespace ?? config.cloudwatch?.namespace)
  // Without a topology there is nothing but the archive, and SOURCE may be the one of evt.yaml.
  const archive = given.length > 0 || !topology ? await measured(typed) : undefined
  const isPublished =
    archive !== undefined ||
    flags.namespace !== undefined ||
    config.cloudwatch !== undefined ||
    config.slo !== undefined
  const came = promisedFirst(archive?.result.types ?? [], promisedTypes(config.slo))
  const types = chosenTypes(came, flags['max-types']).own
  const blind = archive ? unmeasuredPromises(config.slo ?? {}, { came, own: types }) : []
  for (const text of blind) typed.note(safeText(text))
  const limits = limitsOf(config, archive?.result)
  const published: Published | undefined = isPublished
    ? { namespace, dimensions, types, limits }
    : undefined
  const sources = archive?.result.sources
  const watched = watchedOf({ topology, names, published, slos: config.slo ?? {}, sources })
  checkNames(names, topology)
  if (watched.sections.length === 0 && !watched.evt) {
    const message = `nothing in ${topology?.sources.join(', ')} has metrics in CloudWatch`
    throw new EvtError(message, { code: 'inconclusive' })
  }
  const region = flags.region ?? (env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined)
  const isReplayed = (archive?.result.total.duplicates?.byCause.replay ?? 0) > 0
  const replayed = isReplayed ? (sources ?? []) : []
  return { watched, region, replayed, failure: archive?.failure }
}

async function measured(typed: TypedWatch) {
  const choices = statsChoices({ ...typed.flags, by: 'type' })
  const run = await reading(typed, (request) => runEventStats({ ...request, choices }))
  if (run.isEmpty && run.failure) throw run.failure
  return run
}

/** @throws EvtError `usage` where a name is given to what is not there, or to several */
function checkNames(names: ReadonlyMap<string, string>, topology: Topology | undefined): void {
  const nodes = topology?.nodes ?? []
  for (const logicalId of names.keys()) {
    const places = nodes.flatMap(({ name, at }) =>
      name === logicalId || at?.endsWith(`#${logicalId}`) ? [at ?? ''] : [],
    )
    const unnamed = places.filter((at) => at.endsWith(`#${logicalId}`))
    if (places.length > 0 && unnamed.length <= 1) continue
    if (places.length === 0) {
      const message = `--name ${logicalId}: there is no such resource in what --topology names`
      throw new EvtError(message, { code: 'usage' })
    }
    throw new EvtError(`--name ${logicalId}: it is at ${unnamed.join(' and ')}`, {
      ...{ code: 'usage', hint: 'name one of the templates at a time, each with its own --prefix' },
    })
  }
}

const gateMetrics = {
  p99Ms: { name: 'latency.p99', scale: 1 },
  duplicatesPercent: { name: 'duplicates.rate', scale: 100 },
  reorderedPercent: { name: 'ordering.ratio', scale: 100 },
} as const

/** Rare faults are no reason to call somebody. */
const LEAST_PERCENT = 0.1
/** Above what was measured: as often as something is wrong, it is more than that. */
const TIMES = 2

/** From where on alarms are raised: what evt.yaml says, else twice what the archive shows. */
function limitsOf({ checks = [] }: Config, result: StatsResult | undefined): Limits {
  const said = checks.flatMap((text) => {
    const rule = parseRule(text)
    const isCeiling = rule.kind === 'limit' && /^<=?$/.test(rule.operator)
    return isCeiling && rule.scope.kind === 'all' ? [rule] : []
  })
  const total = result?.total
  const shown = {
    p99Ms: twice(total?.latencyMs.p99, 1, 0),
    duplicatesPercent: twice(total?.duplicates.rate, 100, LEAST_PERCENT),
    reorderedPercent: twice(total?.ordering.ratio, 100, LEAST_PERCENT),
  }
  const of = (key: keyof typeof gateMetrics) => {
    const { name, scale } = gateMetrics[key]
    const rule = said.find(({ metric }) => metric.name === name)
    if (rule) return { value: shortened(rule.limit * scale), why: `evt.yaml: ${rule.text}` }
    const value = shown[key]
    return value === undefined ? undefined : { value, why: `${TIMES} × what was measured` }
  }
  return {
    p99Ms: of('p99Ms'),
    duplicatesPercent: of('duplicatesPercent'),
    reorderedPercent: of('reorderedPercent'),
  }
}

function twice(
  figure: number | null | undefined,
  scale: number,
  least: number,
): number | undefined {
  if (figure === null || figure === undefined) return undefined
  const value = Math.max(least, TIMES * scale * figure)
  return value > 0 ? Number(value.toPrecision(2)) : undefined
}

/** Without what floating point adds: 0.1% is 0.1, not 0.1000…1. */
function shortened(value: number): number {
  return Number(value.toPrecision(12))
}
