import { withoutAlias } from '../archives/address.js'
import { type AwsService, type ResourceAddress, resourceAddress } from '../aws/address.js'
import { rulesOf } from '../aws/bus-rules.js'
import { type Metric, type MetricPoint, readMetrics } from '../aws/cloudwatch.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import type { Span } from '../stats/result.js'
import type { ReconcileResult, TransportCount, TransportCounts } from './result.js'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const KEPT_DAYS = 455
/** How long CloudWatch keeps figures by the minute, by five and by the hour. */
const kept = [
  { periodMs: MINUTE_MS, days: 15 },
  { periodMs: 5 * MINUTE_MS, days: 63 },
  { periodMs: 60 * MINUTE_MS, days: KEPT_DAYS },
] as const
/** Figures of the last minutes may still be missing. */
const LATE_MS = 5 * MINUTE_MS

/** Who interrupts what comes wants its result, with what was counted if that is soon there. */
const LAST_MS = 10_000

type Options = AwsOptions & { signal: AbortSignal }

interface CountsRequest {
  aliases: Readonly<Record<string, string>>
  windowMs: number | null
  aws: Options
  nowMs(): number
  /** All that are named have to be resources that count. */
  isChosen: boolean
  /** Told what could not be asked, which is a gap of the result. */
  onFailure(error: EvtError): void
}

/** A resource whose messages its service counts. */
interface Counted {
  source: string
  kind: TransportCount['kind']
  namespace: string
  dimensions: Metric['dimensions']
  /** Ours → the service's name. */
  names: Readonly<Record<string, string>>
}

const queue = {
  sent: 'NumberOfMessagesSent',
  received: 'NumberOfMessagesReceived',
  deleted: 'NumberOfMessagesDeleted',
}
const topic = {
  published: 'NumberOfMessagesPublished',
  delivered: 'NumberOfNotificationsDelivered',
  failed: 'NumberOfNotificationsFailed',
}
const rule = {
  matched: 'MatchedEvents',
  invoked: 'Invocations',
  failed: 'FailedInvocations',
}
const stream = { written: 'IncomingRecords', read: 'GetRecords.Records' }

/**
 * Makes the function that says what the transport itself counted in the time that the stages are
 * of. What cannot be asked is a gap, and the rest is there.
 *
 * @param named resources, and what else events are read from
 * @throws EvtError `usage` where none of them is a resource that counts
 */
export function countsOf(
  named: readonly string[],
  request: CountsRequest,
): (result: Pick<ReconcileResult, 'stages'>) => Promise<TransportCounts> {
  const asked = addressesOf(named, request)
  const { windowMs } = request
  if (windowMs !== null && windowMs % MINUTE_MS !== 0) {
    throw new EvtError('--counts: CloudWatch counts by the minute, and --window is no multiple', {
      ...{ code: 'usage', hint: 'write --window 1m, 5m or 1h' },
    })
  }
  return ({ stages }) => counted(asked, rangeOf(stages, request), request)
}

type Asked = ReturnType<typeof addressesOf>

async function counted(
  asked: Asked,
  range: ReturnType<typeof rangeOf>,
  { aws, windowMs, nowMs, onFailure }: CountsRequest,
): Promise<TransportCounts> {
  const gaps: TransportCounts['gaps'] = []
  const sources: TransportCount[] = []
  const gap = (explain: string) => {
    for (const { source } of asked) gaps.push({ source, explain })
  }
  if (range === undefined) {
    gap('no stage is of a time of which it has figures')
    return { from: null, to: null, periodMs: null, sources, gaps }
  }
  const signal = aws.signal.aborted ? AbortSignal.timeout(LAST_MS) : aws.signal
  for (const { source, address } of asked) {
    try {
      const here = { ...aws, signal, region: address.region ?? aws.region }
      for (const one of await countedOf(source, address, here)) {
        sources.push(await countOf(one, range, here))
      }
    } catch (error) {
      if (!(error instanceof EvtError)) throw error
      onFailure(error)
      gaps.push({ source, explain: error.message })
    }
  }
  if (range.isCut) gap('some events are of times of which it has no figures')
  if (range.windowMs !== windowMs) gap('of that time CloudWatch has no figures for such windows')
  if (range.toMs > nowMs() - LATE_MS)
    gap('figures of the last minutes come late: ask again in five')
  const { fromMs, toMs, periodMs } = range
  return { from: isoOf(fromMs), to: isoOf(toMs), periodMs, sources, gaps }
}

function addressesOf(named: readonly string[], { aliases, isChosen }: CountsRequest) {
  const found = [...new Set(named)].flatMap((source) => {
    const address = resourceAddress(withoutAlias(source, aliases))
    if (address && counting.has(address.service)) return [{ source, address }]
    if (!isChosen) return []
    throw new EvtError(`--counts-of ${source}: CloudWatch has no counts of it`, {
      ...{ code: 'usage', hint: 'name a queue, topic, bus, rule or stream: sqs://orders' },
    })
  })
  if (found.length > 0) return found
  throw new EvtError('--counts: no stage is of a queue, topic, bus or stream', {
    code: 'usage',
    hint: 'say whose: --counts-of sqs://orders',
  })
}

const counting: ReadonlySet<AwsService> = new Set(['sqs', 'sns', 'eventbridge', 'kinesis'])

async function countedOf(
  source: string,
  { service, name, part }: ResourceAddress,
  aws: Options,
): Promise<Counted[]> {
  const of = { source }
  if (service === 'sqs') {
    const dimensions = { QueueName: name }
    return [{ ...of, kind: 'queue', namespace: 'AWS/SQS', dimensions, names: queue }]
  }
  if (service === 'sns') {
    const dimensions = { TopicName: name }
    return [{ ...of, kind: 'topic', namespace: 'AWS/SNS', dimensions, names: topic }]
  }
  if (service === 'kinesis') {
    const dimensions = { StreamName: name }
    return [{ ...of, kind: 'stream', namespace: 'AWS/Kinesis', dimensions, names: stream }]
  }
  const rules = part === undefined ? (await rulesOf(name, aws)).map((each) => each.name) : [part]
  return rules.map((RuleName) => ({
    ...{ ...of, source: part === undefined ? `${source}/${RuleName}` : source, kind: 'rule' },
    // Those of the default bus are documented by the name of the rule alone.
    dimensions: name === 'default' ? { RuleName } : { EventBusName: name, RuleName },
    ...{ namespace: 'AWS/Events', names: rule },
  }))
}

/** Whole windows, or minutes, around all that was seen; undefined where nothing says when. */
function rangeOf(stages: readonly { span: Span }[], { windowMs, nowMs }: CountsRequest) {
  const times = stages.flatMap(({ span }) => [
    ...[span.firstTime, span.lastTime, span.firstReceivedAt, span.lastReceivedAt],
  ])
  const moments = times.flatMap((time) => (time === null ? [] : [Date.parse(time)]))
  // Of other times there are no figures, and one wrong clock is no reason to ask for all of them.
  const [oldestMs, newestMs] = [nowMs() - KEPT_DAYS * DAY_MS, nowMs() + LATE_MS]
  const known = moments.filter((ms) => ms >= oldestMs && ms <= newestMs)
  if (known.length === 0) return undefined
  const isCut = known.length < moments.length
  const first = Math.max(oldestMs, Math.min(...moments))
  const { periodMs } = kept.find(({ days }) => first > nowMs() - days * DAY_MS) ?? kept[2]
  const isWhole = windowMs !== null && windowMs % periodMs === 0
  const step = isWhole ? windowMs : periodMs
  const fromMs = Math.floor(first / step) * step
  const toMs = (Math.floor(Math.min(newestMs, Math.max(...moments)) / step) + 1) * step
  return { fromMs, toMs, periodMs, isCut, windowMs: isWhole ? windowMs : null }
}

async function countOf(
  { source, kind, namespace, dimensions, names }: Counted,
  range: NonNullable<ReturnType<typeof rangeOf>>,
  aws: Options,
): Promise<TransportCount> {
  const { windowMs } = range
  const metrics = Object.values(names).map((name) => ({
    ...{ namespace, name, dimensions, statistic: 'Sum' as const },
  }))
  const { fromMs, toMs } = range
  const found = await readMetrics(metrics, range, aws)
  const series = found.map((points) => points.filter(({ atMs }) => atMs >= fromMs && atMs < toMs))
  const sums = (points: readonly (readonly MetricPoint[])[]) =>
    Object.fromEntries(Object.keys(names).map((name, n) => [name, sum(points[n])]))
  const row = { source, kind, counts: sums(series) }
  if (windowMs === null) return row
  const starts = new Map<number, MetricPoint[][]>()
  for (const [n, points] of series.entries()) {
    for (const point of points) {
      const start = Math.floor(point.atMs / windowMs) * windowMs
      const of = starts.get(start) ?? series.map(() => [])
      of[n]?.push(point)
      starts.set(start, of)
    }
  }
  const windows = [...starts]
    .sort(([a], [b]) => a - b)
    .map(([start, points]) => ({
      ...{ start: isoOf(start), end: isoOf(start + windowMs), counts: sums(points) },
    }))
  return { ...row, windows }
}

/** Null where CloudWatch has no figure of that time. */
function sum(points: readonly MetricPoint[] = []): number | null {
  return points.length === 0 ? null : points.reduce((all, { value }) => all + value, 0)
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
