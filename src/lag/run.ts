import { withoutAlias } from '../archives/address.js'
import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import { type Metric, readMetrics } from '../aws/cloudwatch.js'
import type { AwsOptions } from '../aws/options.js'
import type { Config } from '../config/config.js'
import { EvtError } from '../errors.js'
import { type GivenSources, namedSources } from '../reading/named-sources.js'
import { kinds } from './index.js'
import type { Asking, LagKind } from './kind.js'
import { ASKED_MS, MINUTE_MS } from './minutes.js'
import { findingKinds, type LagFinding, type LagGap, type LagResult } from './result.js'

export interface LagRequest extends GivenSources {
  readonly aws: AwsOptions
  readonly signal: AbortSignal
  /** What `evt record` was given as --to. */
  readonly recording?: string | undefined
  /** An application of KCL. */
  readonly application?: string | undefined
  /** Whether each shard is asked what it holds. */
  readonly shards?: boolean | undefined
  nowMs(): number
}

/** A SOURCE that can be asked. */
interface Asked {
  readonly source: string
  readonly address: ResourceAddress
  readonly kind: LagKind
}

/**
 * How far behind the consumers of each SOURCE are, without touching a message.
 *
 * @throws EvtError where a SOURCE is no queue, topic, bus, rule, stream or table, is not there or
 *   cannot be asked
 */
export async function runLag(request: LagRequest): Promise<LagResult> {
  const { config, sources } = await namedSources(request)
  const asked = await Promise.all([...new Set(sources)].map((source) => askedOf(source, config)))
  const recorded = await recordedIn(request)
  const nowMs = request.nowMs()
  const gaps: LagGap[] = []
  const measured = await Promise.all(
    asked.map(async (one) => {
      const { source, address, kind } = one
      const gap = (explain: string) => void gaps.push({ source, explain })
      const asking = {
        ...askingOf(one, { nowMs, gap }, request),
        ...{ recorded, application: request.application, shards: request.shards },
      }
      const { row, findings } = await kind.measure(address, asking)
      return { row, findings: findings.map((finding) => ({ source, ...finding })) }
    }),
  )
  return {
    ...{ schema: 'evt.lag/1', asOf: new Date(nowMs).toISOString(), partial: gaps.length > 0 },
    sources: measured.map(({ row }) => row),
    findings: measured.flatMap(({ findings }) => findings).sort(bySeverity),
    gaps,
  }
}

async function recordedIn({ recording, ...request }: LagRequest) {
  if (recording === undefined) return undefined
  const { recordedPlaces } = await import('../record/places.js')
  return recordedPlaces(recording, request)
}

async function askedOf(source: string, config: Config): Promise<Asked> {
  const address = resourceAddress(withoutAlias(source, config.archives ?? {}))
  const kind = address && (await kinds[address.service]?.())
  if (address && kind) return { source, address, kind }
  throw new EvtError(`evt lag cannot ask ${source}`, {
    code: 'usage',
    hint:
      'it asks sqs://QUEUE, sns://TOPIC, eventbridge://BUS, eventbridge://BUS/RULE, ' +
      'kinesis://STREAM and dynamodb://TABLE',
  })
}

function askingOf(
  { source, address }: Asked,
  { nowMs, gap }: Pick<Asking, 'nowMs' | 'gap'>,
  { aws, signal }: LagRequest,
): Asking {
  const here = { ...aws, region: address.region ?? aws.region, signal }
  const toMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  const range = { fromMs: toMs - ASKED_MS, toMs, periodMs: MINUTE_MS }
  const points = async (metrics: readonly Metric[]) => {
    try {
      return await readMetrics(metrics, range, here)
    } catch (error) {
      if (!(error instanceof EvtError) || error.code !== 'outside') throw error
      gap(error.message)
      return metrics.map(() => [])
    }
  }
  return { source, aws: here, nowMs, fromMs: range.fromMs, points, gap }
}

function bySeverity(a: LagFinding, b: LagFinding): number {
  const rank = ({ severity, kind }: LagFinding) =>
    (severity === 'fault' ? 0 : findingKinds.length) + findingKinds.indexOf(kind)
  return rank(a) - rank(b)
}
