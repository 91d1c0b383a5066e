import { setTimeout } from 'node:timers/promises'
import { callerOf } from '../aws/caller.js'
import type { AwsOptions } from '../aws/options.js'
import { openTopics } from '../aws/sns.js'
import { openTopicArchives, type TopicArchive, type TopicArchives } from '../aws/topic-archives.js'
import { EvtError } from '../errors.js'
import { patiently } from '../taps/patiently.js'

const LOOK_EACH_MS = 5_000

export interface TopicReplayRequest {
  /** The archive as it was typed, and its topic by name or ARN. */
  readonly source: string
  readonly topic: string
  /** A subscription of it, by its ARN or the ARN or name of what is subscribed. */
  readonly to: string
  readonly sinceUs: number
  readonly aws: AwsOptions
  readonly signal: AbortSignal
}

/** `evt.topic-replay/1`: what SNS is to replay by itself, and how that ended. */
export interface TopicReplayResult {
  readonly schema: 'evt.topic-replay/1'
  readonly topic: { readonly arn: string; readonly retentionDays: number; readonly since: string }
  readonly subscription: {
    readonly arn: string
    readonly protocol: string
    readonly endpoint: string
    readonly filterPolicy: string | null
  }
  /** By when it was published. */
  readonly since: string
  readonly warnings: readonly TopicReplayWarning[]
  /** Null where none was begun. */
  readonly replay: { readonly status: string } | null
}

interface TopicReplayWarning {
  readonly kind: 'filter' | 'replaced' | 'retention' | 'count' | 'end'
  readonly explain: string
}

interface Hooks {
  /** Called with the plan before anything is replayed; false: nothing is to be. */
  agree(plan: TopicReplayResult): Promise<boolean>
  onStatus(status: string): void
  onNote(text: string): void
  /** How long to wait before looking again; as usual if unsaid. */
  readonly lookEachMs?: number
}

/**
 * Has SNS replay what a FIFO topic archived to one of its subscriptions, and follows it. SNS cannot
 * be told to stop: when the signal aborts, the replay goes on, which is said.
 *
 * @throws EvtError where there is no plan: no archive, no subscription
 */
export async function runTopicReplay(
  request: TopicReplayRequest,
  hooks: Hooks,
): Promise<{ result: TopicReplayResult; failure: EvtError | undefined }> {
  const { aws, signal } = request
  const arn = await topicArn(request)
  const region = aws.region ?? arn.split(':')[3]
  const archives = await openTopicArchives({ ...aws, region, signal })
  try {
    const plan = await planOf(arn, archives, { ...request, aws: { ...aws, region } })
    if (!(await hooks.agree(plan))) return { result: plan, failure: undefined }
    const { subscription, since } = plan
    await archives.start(subscription.arn, Date.parse(since))
    const { lookEachMs = LOOK_EACH_MS } = hooks
    const status = await followed(archives, plan, { ...hooks, signal, lookEachMs })
    const result = { ...plan, replay: { status: status ?? 'Pending' } }
    return { result, failure: failureOf(status, plan) }
  } finally {
    archives.close()
  }
}

async function topicArn({ topic, aws, signal }: TopicReplayRequest): Promise<string> {
  if (/^arn:[\w-]+:sns:[\w-]+:\d+:[^:]+$/.test(topic)) return topic
  const { partition, region, account } = await callerOf(aws, signal)
  return `arn:${partition}:sns:${region}:${account}:${topic}`
}

async function planOf(
  arn: string,
  archives: TopicArchives,
  request: TopicReplayRequest,
): Promise<TopicReplayResult> {
  const { sinceUs, source } = request
  const archive = await archives.archive(arn)
  const { retentionDays } = archive
  if (retentionDays === null) {
    throw new EvtError(`the topic ${arn.split(':')[5]} archives nothing`, {
      ...{ code: 'usage', hint: 'a FIFO topic does with an ArchivePolicy, from then on' },
    })
  }
  const found = await subscriptionOf(arn, request)
  const { filterPolicy, policy, status } = await archives.replay(found.arn)
  if (status === 'Pending' || status === 'In progress') {
    throw new EvtError(`${source} is replayed to ${found.endpoint} already (${status})`, {
      ...{ code: 'usage', hint: 'another replay would take the place of that one' },
    })
  }
  const sinceMs = Math.max(sinceUs / 1_000, archive.beginsMs ?? 0)
  const warnings = warningsOf(archive, { sinceUs, policy, filterPolicy })
  const since = new Date(sinceMs).toISOString()
  const begins = new Date(archive.beginsMs ?? sinceMs).toISOString()
  return {
    schema: 'evt.topic-replay/1',
    topic: { arn, retentionDays, since: begins },
    subscription: { ...found, filterPolicy },
    ...{ since, warnings, replay: null },
  }
}

/** @throws EvtError `usage` where there is no such subscription, or there are several */
async function subscriptionOf(arn: string, { to, aws }: TopicReplayRequest) {
  const topics = await openTopics(aws)
  const all: { arn: string; protocol: string; endpoint: string }[] = []
  for await (const one of topics.subscriptions(arn)) {
    const { SubscriptionArn = '', Protocol = '', Endpoint = '' } = one
    all.push({ arn: SubscriptionArn, protocol: Protocol, endpoint: Endpoint })
  }
  const named = to.replace(/^sqs:\/\//, '')
  const isNamed = ({ arn: own, endpoint }: (typeof all)[number]) =>
    [own, endpoint, endpoint.split(':').at(-1)].includes(named)
  const [found, another] = all.filter(isNamed)
  if (found?.arn.startsWith('arn:') && !another) return found
  const there = all.map(({ endpoint }) => endpoint).join(', ')
  const what = another ? 'several subscriptions' : 'no confirmed subscription'
  throw new EvtError(`the topic ${arn.split(':')[5]} has ${what} ${to}`, {
    ...{ code: 'usage', hint: there === '' ? 'it has none' : `there are those of ${there}` },
  })
}

/** What SNS cannot promise, and what somebody should know. */
function warningsOf(
  { beginsMs }: TopicArchive,
  of: { sinceUs: number; policy: string | null; filterPolicy: string | null },
): TopicReplayWarning[] {
  const { sinceUs, policy, filterPolicy } = of
  const warnings: TopicReplayWarning[] = []
  const warn = (kind: TopicReplayWarning['kind'], explain: string) => {
    warnings.push({ kind, explain })
  }
  if (filterPolicy !== null) {
    warn('filter', `the subscription has a filter policy: what does not match it is left out`)
  }
  if (policy !== null) warn('replaced', 'the replay policy that the subscription has is replaced')
  if (beginsMs !== null && sinceUs / 1_000 < beginsMs) {
    const begins = new Date(beginsMs).toISOString()
    warn('retention', `the archive begins at ${begins}: what is older is gone`)
  }
  warn('count', 'how many messages that are is not known, nor told at the end')
  warn('end', 'what is published meanwhile follows; SNS cannot be told to stop')
  return warnings
}

interface Following extends Hooks {
  readonly signal: AbortSignal
  readonly lookEachMs: number
}

/** @returns how it ended; undefined where evt was told to end before */
async function followed(
  archives: TopicArchives,
  { subscription, since }: TopicReplayResult,
  { signal, onStatus, onNote, lookEachMs }: Following,
): Promise<string | undefined> {
  while (!signal.aborted) {
    await setTimeout(lookEachMs, undefined, { signal }).catch(() => undefined)
    const look = () => archives.replay(subscription.arn)
    const replay = await patiently(look, 'SNS', { signal, onNote }).catch((error: unknown) => {
      if (!signal.aborted) throw error
      return undefined
    })
    // How a replay before ended may be told for a while.
    const isOwn = replay?.policy?.includes(since) === true
    const status = (isOwn && replay.status) || 'Pending'
    if (status === 'Completed' || status === 'Failed') return status
    onStatus(status)
  }
  return undefined
}

function failureOf(status: string | undefined, plan: TopicReplayResult): EvtError | undefined {
  const { arn, endpoint } = plan.subscription
  if (status === undefined) {
    return new EvtError(`interrupted: SNS goes on to replay to ${endpoint}`, {
      code: 'interrupted',
      hint: `aws sns get-subscription-attributes --subscription-arn ${arn} has its ReplayStatus`,
    })
  }
  if (status === 'Completed') return undefined
  return new EvtError(`the replay to ${endpoint} failed`, {
    ...{ code: 'outside', hint: 'SNS does not say why, nor how far it was' },
  })
}
