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
/** How long CloudWatch keeps figures by the minute, by five and by the hour. */
const kept = [
  { periodMs: MINUTE_MS, days: 15 },
  { periodMs: 5 * MINUTE_MS, days: 63 },
  { periodMs: 60 * MINUTE_MS, days: 455 },
] as const
/** Figures of the last minutes may still be missing. */
const LATE_MS = 5 * MINUTE_MS

type Options = AwsOptions & { signal: AbortSignal }

interface CountsRequest {
  aliases: Readonly<Record<string, string>>
  windowMs: number | null
  aws: Options
  nowMs(): number
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
  { aws, windowMs, nowMs }: CountsRequest,
): Promise<TransportCounts> {
  const gaps: TransportCounts['gaps'] = []
  const sources: TransportCount[] = []
  const gap = (explain: string) => {
    for (const { source } of asked) gaps.push({ source, explain })
  }
  if (range === undefined) {
    gap('no stage says when it was')
    return { from: null, to: null, periodMs: null, sources, gaps }
  }
  for (const { source, address } of asked) {
    try {
      const here = { ...aws, region: address.region ?? aws.region }
      for (const one of await countedOf(source, address, here)) {
        sources.push(await countOf(one, range, here))
      }
    } catch (error) {
      if (!(error instanceof EvtError) || error.code === 'interrupted') throw error
      gaps.push({ source, explain: error.message })
    }
  }
  if (range.windowMs !== windowMs) gap('of that time CloudWatch has no figures for such windows')
  if (range.toMs > nowMs() - LATE_MS)
    gap('figures of the last minutes come late: ask again in five')
  const { fromMs, toMs, periodMs } = range
  return { from: isoOf(fromMs), to: isoOf(toMs), periodMs, sources, gaps }
}

function addressesOf(named: readonly string[], { aliases }: CountsRequest) {
  const found = [...new Set(named)].flatMap((source) => {
    const address = resourceAddress(withoutAlias(source, aliases))
    return address && counting.has(address.service) ? [{ source, address }] : []
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
  if (moments.length === 0) return undefined
  const first = Math.min(...moments)
  const { periodMs } = kept.find(({ days }) => first > nowMs() - days * DAY_MS) ?? kept[2]
  const isWhole = windowMs !== null && windowMs % periodMs === 0
  const step = isWhole ? windowMs : periodMs
  const fromMs = Math.floor(first / step) * step
  const toMs = (Math.floor(Math.max(...moments) / step) + 1) * step
  return { fromMs, toMs, periodMs, windowMs: isWhole ? windowMs : null }
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
  const series = await readMetrics(metrics, range, aws)
  const sums = (fromMs: number, toMs: number) =>
    Object.fromEntries(Object.keys(names).map((name, n) => [name, sum(series[n], fromMs, toMs)]))
  const row = { source, kind, counts: sums(range.fromMs, range.toMs) }
  if (windowMs === null) return row
  const windows: NonNullable<TransportCount['windows']> = []
  for (let fromMs = range.fromMs; fromMs < range.toMs; fromMs += windowMs) {
    const toMs = fromMs + windowMs
    const counts = sums(fromMs, toMs)
    const isKnown = Object.values(counts).some((count) => count !== null)
    if (isKnown) windows.push({ start: isoOf(fromMs), end: isoOf(toMs), counts })
  }
  return { ...row, windows }
}

/** Null where CloudWatch has no figure of that time. */
function sum(
  points: readonly MetricPoint[] | undefined,
  fromMs: number,
  toMs: number,
): number | null {
  const within = (points ?? []).filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
  return within.length === 0 ? null : within.reduce((all, { value }) => all + value, 0)
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
