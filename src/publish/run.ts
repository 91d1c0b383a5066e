import { createHash } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import type { MetricDatum } from '@aws-sdk/client-cloudwatch'
import { isRemote } from '../archives/address.js'
import { makeFolder } from '../archives/make-folder.js'
import { type MetricWriter, openMetricWriter } from '../aws/put-metrics.js'
import { cacheFolder } from '../config/cache-folder.js'
import { loadConfig } from '../config/load.js'
import { EvtError } from '../errors.js'
import { lockJournal } from '../record/journal-lock.js'
import type { StatsRequest } from '../stats/request.js'
import type { StatsResult } from '../stats/result.js'
import { runEventStats } from '../stats/run.js'
import { callsOf } from './calls.js'
import type { Datum } from './datum.js'
import { chosenTypes, datumsOf, type WindowDatums } from './datums.js'
import { Journal } from './journal.js'
import { namespaceNamed } from './namespace.js'
import { chosenWindows, costOf, type MetricsResult } from './plan.js'

export interface PublishRequest extends StatsRequest {
  /** Undefined: that of evt.yaml, else `Evt`. */
  namespace: string | undefined
  dimensions: readonly (readonly [string, string])[]
  mostTypes: number
  windowUs: number
  allowLate: boolean
  resend: boolean
  /** Undefined: one in the cache for what is published here. */
  journal: string | undefined
  /** Whether CloudWatch is not told by evt but by whoever reads its output. */
  isPrinted: boolean
  nowMs(): number
}

export interface PublishRun {
  readonly result: MetricsResult
  readonly windows: readonly WindowDatums[]
  /** Why the run does not end well, whatever is published. */
  readonly failure: EvtError | undefined
  /** Tells CloudWatch. */
  publish(onProgress: (calls: number) => void): Promise<MetricsResult>
  close(): void
}

/**
 * Measures an archive and says what CloudWatch is to be told of it; it tells nothing by itself.
 *
 * @throws EvtError `usage` for what was typed wrong, among it a namespace of AWS and windows of a
 * time that CloudWatch does not take
 */
export async function planPublish(request: PublishRequest): Promise<PublishRun> {
  const { windowUs, mostTypes, dimensions, isPrinted, nowMs } = request
  const namespace = await namespaceOf(request)
  const choices = { ...request.choices, windowUs, intervals: true, by: 'type' as const }
  const { result, intervals, failure, isEmpty } = await runEventStats({ ...request, choices })
  if (isEmpty && failure) throw failure
  const writer = isPrinted ? undefined : await openMetricWriter(namespace, request.aws ?? {})
  const region = (await writer?.region()) ?? null
  const journal = new Journal(journalFile(request, namespace, region, result.sources))
  if (!isPrinted) await journal.read()
  const untimed = untimedIn(result)
  if (untimed === result.total.events) throw noTimes(untimed)
  const all = datumsOf(result, intervals ?? [], { dimensions, mostTypes })
  const { wanted, windows } = chosenWindows(all, journal, { ...request, nowMs: nowMs() })
  const planned: MetricsResult = {
    ...{ schema: 'evt.metrics/1', namespace, region, sources: result.sources },
    ...{ windowMs: windowUs / 1_000, partial: result.partial, windows, untimed },
    ...costOf(wanted, chosenTypes(result, mostTypes)),
  }
  return {
    ...{ result: planned, windows: wanted, failure },
    async publish(onProgress) {
      if (!writer) return planned
      await makeFolder(dirname(journal.file))
      const unlock = lockJournal(journal.file)
      try {
        const left = await stillWanted(wanted, journal, request.resend)
        await publish(left, { writer, journal, signal: request.signal, onProgress })
        return { ...planned, windows: { ...windows, published: left.length } }
      } finally {
        unlock()
      }
    },
    close: () => writer?.close(),
  }
}

/** Events that are in no window: they have neither `receivedAt` nor `time`. */
function untimedIn({ total, windows = [] }: StatsResult): number {
  return total.events - windows.reduce((sum, { events }) => sum + events, 0)
}

function noTimes(events: number): EvtError {
  return new EvtError(`${events} events, none with a time: a metric is of a moment`, {
    ...{ code: 'inconclusive', hint: '--map time=$.path says where it is' },
  })
}

/** Another run may have published some since this one was planned. */
async function stillWanted(
  windows: readonly WindowDatums[],
  journal: Journal,
  resend: boolean,
): Promise<WindowDatums[]> {
  await journal.read()
  return windows.filter(({ startMs }) => {
    const state = journal.stateOf(startMs)
    return state === undefined || state === 'refused' || (state === 'begun' && resend)
  })
}

interface Publishing {
  writer: MetricWriter
  journal: Journal
  signal: AbortSignal
  onProgress(calls: number): void
}

/** Each window at most once: what is begun is on disk before CloudWatch is told. */
async function publish(
  windows: readonly WindowDatums[],
  { writer, journal, signal, onProgress }: Publishing,
): Promise<void> {
  for (const [n, { datums, begins, ends }] of callsOf(windows).entries()) {
    if (signal.aborted) throw interrupted()
    await journal.write(begins, 'begun')
    // Who interrupts does not want to wonder about this one: it is short.
    const answer = await writer.put(datums.map(metricDatum), new AbortController().signal)
    if (answer) {
      await journal.write(begins, 'refused')
      throw answer.refused
    }
    await journal.write(ends, 'done')
    onProgress(n + 1)
  }
}

function interrupted(): EvtError {
  return new EvtError('interrupted: the windows that are left were not published', {
    ...{ code: 'interrupted', hint: 'the same command publishes them' },
  })
}

function metricDatum({ metric, unit, dimensions, atMs, values, counts }: Datum): MetricDatum {
  return {
    MetricName: metric,
    Unit: unit,
    Timestamp: new Date(atMs),
    Dimensions: dimensions.map(([Name, Value]) => ({ Name, Value })),
    Values: [...values],
    Counts: [...counts],
  }
}

async function namespaceOf({ namespace, config, env, cwd, given }: PublishRequest) {
  const loaded = await loadConfig({ file: config, env, cwd, firstSource: given[0] })
  return namespaceNamed(namespace ?? loaded.cloudwatch?.namespace)
}

/** Of the same windows with the same names in the same place there is one. */
function journalFile(
  { journal, cwd, env, windowUs, dimensions, aws = {} }: PublishRequest,
  namespace: string,
  region: string | null,
  sources: readonly string[],
): string {
  if (journal !== undefined) return resolve(cwd, journal)
  const account = aws.profile ?? env['AWS_PROFILE'] ?? null
  const endpoint = aws.endpointUrl ?? env['AWS_ENDPOINT_URL_CLOUDWATCH'] ?? env['AWS_ENDPOINT_URL']
  const places = sources.map((each) => (isRemote(each) ? each : resolve(cwd, each)))
  const of = [namespace, account, endpoint ?? null, region, windowUs, dimensions, places]
  const key = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 16)
  return join(cacheFolder(env), 'metrics', `${key}.ndjson`)
}
