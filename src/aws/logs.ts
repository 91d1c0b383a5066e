import type { FilteredLogEvent, FilterLogEventsCommandInput } from '@aws-sdk/client-cloudwatch-logs'
import { EvtError } from '../errors.js'
import type { ResourceAddress } from './address.js'
import { clientSettings } from './client-settings.js'
import { awsFailure, failureOfAll } from './failure.js'
import type { AwsOptions } from './options.js'
import { answerStep, ServerClock } from './server-clock.js'

export type { FilteredLogEvent }

/** Which events of a log group: by what they say of their time, not by when they came. */
interface LogsAsked {
  readonly fromMs: number
  /** What the page before gave. */
  readonly nextToken?: string | undefined
  readonly limit?: number | undefined
  /** Until then, this moment included. */
  readonly toMs?: number | undefined
  /** In CloudWatch's own language. */
  readonly pattern?: string | undefined
}

interface LogsPage {
  /** Of all streams, 10,000 or 1 MB at most; a page may be empty and not the last. */
  readonly events: readonly FilteredLogEvent[]
  /** Absent: there is no more. */
  readonly nextToken: string | undefined
}

/** A log group. Each call throws an EvtError that says what failed. */
export interface OpenLogs {
  page(asked: LogsAsked): Promise<LogsPage>
  /** By AWS's clock as the last answer had it, to the second; undefined before the first. */
  nowMs(): number | undefined
  /** @throws EvtError where none is known */
  region(): Promise<string>
  close(): void
}

export const logsAction = 'logs:FilterLogEvents'

/** Made ready without asking anybody. */
export async function openLogs(
  { name, arn, region: ofArn }: ResourceAddress,
  options: AwsOptions & { signal: AbortSignal },
): Promise<OpenLogs> {
  const sdk = await import('@aws-sdk/client-cloudwatch-logs')
  const settings = clientSettings({ ...options, region: ofArn ?? options.region })
  const client = new sdk.CloudWatchLogsClient(settings)
  const clock = new ServerClock()
  client.middlewareStack.add(
    (next) => async (call) => {
      const answer = await next(call)
      clock.see(answer.response)
      return answer
    },
    answerStep,
  )
  const { signal } = options
  // Only an ARN tells the account of another's log group; it goes without streams.
  const ofGroup = arn && /^.*?:log-group:[^:]+/.exec(arn)?.[0]
  const group = ofGroup ? { logGroupIdentifier: ofGroup } : { logGroupName: name }
  return {
    async page({ fromMs, nextToken, limit, toMs, pattern }) {
      const input: FilterLogEventsCommandInput = { ...group, startTime: Math.max(0, fromMs) }
      if (nextToken !== undefined) input.nextToken = nextToken
      if (limit !== undefined) input.limit = limit
      if (toMs !== undefined) input.endTime = toMs
      if (pattern !== undefined) input.filterPattern = pattern
      try {
        const command = new sdk.FilterLogEventsCommand(input)
        const answer = await client.send(command, { abortSignal: signal })
        return { events: answer.events ?? [], nextToken: answer.nextToken }
      } catch (error) {
        const { region } = client.config
        const on = `the log group ${name}`
        const failure = await awsFailure(error, { action: logsAction, on, region, signal })
        throw isUsage(failure) && /^[^/]+\//.test(name) ? withSlash(failure, name) : failure
      }
    },
    nowMs: () => clock.nowMs(),
    async region() {
      try {
        return await client.config.region()
      } catch (error) {
        throw failureOfAll(error) ?? error
      }
    },
    close: () => client.destroy(),
  }
}

function isUsage(failure: unknown): failure is EvtError {
  return failure instanceof EvtError && failure.code === 'usage'
}

/** Most names begin with a slash, which is easily left out behind `logs://`. */
function withSlash({ message, hint = '', cause }: EvtError, name: string): EvtError {
  return new EvtError(message, {
    ...{ code: 'usage', cause },
    hint: `did you mean logs:///${name}?\n${hint}`,
  })
}
