import { type AwsService, resourceAddress } from '../aws/address.js'
import { callerOf, regionOf } from '../aws/caller.js'
import { type Metric, readMetrics } from '../aws/cloudwatch.js'
import { failureOfAll, isWithoutCredentials, ofSdk } from '../aws/failure.js'
import { listings } from '../aws/first-page.js'
import type { AwsOptions } from '../aws/options.js'
import { isOwnName } from '../aws/own-resources.js'
import { type AnswerTimes, type ClockAhead, clockAhead } from '../aws/server-clock.js'
import { taps } from '../taps/index.js'
import type { AccountReport, Check, Tappable } from './result.js'
import { type Patience, within } from './within.js'
import { wrong } from './wrong.js'

const MOST_ADDRESSES = 5
/** Latencies are differences of clocks. */
const MOST_AHEAD_MS = 1_000
const MINUTE_MS = 60_000

/** How an account is asked. */
interface Asking extends Patience {
  readonly aws: AwsOptions & { onAnswer(times: AnswerTimes): void }
  readonly nowMs: number
}

/** What one account and region let this caller see. Without a region or credentials nothing is
 * asked that needs them; to have none is no fault unless a profile was named. */
export async function accountReport(
  aws: AwsOptions,
  patience: Patience & { readonly nowMs: number },
): Promise<AccountReport> {
  const region = await regionCheck(aws)
  if (region.mark !== 'ok') return { ...nothing, checks: [region] }
  const answers: AnswerTimes[] = []
  const asking = { ...patience, aws: { ...aws, onAnswer: (at: AnswerTimes) => answers.push(at) } }
  const { check: credentials, caller, isAnyone } = await callerChecked(asking)
  const [listed, metrics] = isAnyone
    ? await Promise.all([listedServices(asking), cloudwatchCheck(asking)])
    : [[], []]
  const clockAheadMs = clockAhead(answers)
  const clock = clockAheadMs === null ? [] : [clockCheck(clockAheadMs)]
  const ofServices = [...listed.map(({ check }) => check), ...metrics]
  return {
    checks: [region, credentials, ...clock, ...ofServices],
    ...{ caller, clockAheadMs },
    tappable: listed.flatMap(({ tappable }) => tappable ?? []),
  }
}

/** Of an account that was not asked. */
export const nothing: AccountReport = { checks: [], caller: null, clockAheadMs: null, tappable: [] }

async function regionCheck(aws: AwsOptions): Promise<Check> {
  try {
    return { about: 'region', mark: 'ok', explain: await regionOf(aws), next: null }
  } catch (error) {
    return wrong('region', error, aws.profile === undefined ? 'warning' : 'wrong')
  }
}

interface CallerChecked {
  readonly check: Check
  readonly caller: AccountReport['caller']
  /** Whether other calls can succeed, as far as this one tells. */
  readonly isAnyone: boolean
}

async function callerChecked(asking: Asking): Promise<CallerChecked> {
  const { aws } = asking
  try {
    const told = await within(asking, 'sts:GetCallerIdentity', (signal) => callerOf(aws, signal))
    const { arn, account, region } = told
    const check: Check = { about: 'credentials', mark: 'ok', explain: arn, next: null }
    return { check, caller: { arn, account, region }, isAnyone: true }
  } catch (error) {
    const isNone = isWithoutCredentials(error) && aws.profile === undefined
    const check = wrong('credentials', error, isNone ? 'warning' : 'wrong')
    return { check, caller: null, isAnyone: failureOfAll(ofSdk(error)) === undefined }
  }
}

function clockCheck({ atLeast, atMost }: ClockAhead): Check {
  const seconds = (ms: number) => `${(Math.abs(ms) / 1_000).toFixed(1)} s`
  if (atLeast <= MOST_AHEAD_MS && atMost >= -MOST_AHEAD_MS) {
    const explain = `not off by more than ${seconds(Math.max(-atLeast, atMost))}`
    return { about: 'clock', mark: 'ok', explain, next: null }
  }
  return {
    ...{ about: 'clock', mark: 'warning' },
    explain:
      atLeast > 0
        ? `at least ${seconds(atLeast)} ahead of AWS's: events seem to arrive later than they do`
        : `at least ${seconds(atMost)} behind AWS's: events seem to arrive sooner than they do`,
    next: 'let this machine take its time from the network, as by chrony or systemd-timesyncd',
  }
}

interface ListedService {
  readonly check: Check
  readonly tappable?: Tappable
}

function listedServices(asking: Asking): Promise<ListedService[]> {
  const services = Object.keys(listings) as AwsService[] // its keys are of this type
  return Promise.all(services.map((service) => listedService(service, asking)))
}

async function listedService(service: AwsService, asking: Asking): Promise<ListedService> {
  const { action, ask } = listings[service]
  const tap = (await taps.find(({ name }) => name === service)?.load())?.tap
  if (!tap) throw new Error(`there is no tap of ${service}`)
  try {
    const { found, isMore } = await within(asking, action, (signal) => {
      return ask({ ...asking.aws, signal })
    })
    // What a tap has made for itself is nobody's source.
    const theirs = found.filter(({ name }) => !isOwnName(name))
    const shown = theirs.slice(0, MOST_ADDRESSES)
    const addresses = shown.map(({ name, arn }) => addressOf(service, name, arn))
    return {
      check: { about: service, mark: 'ok', explain: `${action} is allowed`, next: null },
      tappable: { service, safety: tap.safety, count: theirs.length, isMore, addresses },
    }
  } catch (error) {
    return { check: wrong(service, error) }
  }
}

/** What would be read as something else by its name, as buses of some partners, goes as an ARN. */
function addressOf(service: AwsService, name: string, arn: string | undefined): string {
  const address = `${service}://${name}`
  const read = resourceAddress(address)
  return read?.name === name && read.part === undefined ? address : (arn ?? address)
}

/** Asks for one figure, as evt lag does: of a queue that need not be there. */
async function cloudwatchCheck(asking: Asking): Promise<[Check]> {
  const action = 'cloudwatch:GetMetricData'
  const metric: Metric = {
    ...{ namespace: 'AWS/SQS', name: 'NumberOfMessagesSent' },
    ...{ statistic: 'Sum', dimensions: { QueueName: 'evt-doctor' } },
  }
  const toMs = Math.floor(asking.nowMs / MINUTE_MS) * MINUTE_MS
  const range = { fromMs: toMs - MINUTE_MS, toMs, periodMs: MINUTE_MS }
  try {
    await within(asking, action, (signal) => {
      return readMetrics([metric], range, { ...asking.aws, signal })
    })
    return [{ about: 'cloudwatch', mark: 'ok', explain: `${action} is allowed`, next: null }]
  } catch (error) {
    return [wrong('cloudwatch', error)]
  }
}
