import type { StartLiveTailResponseStream } from '@aws-sdk/client-cloudwatch-logs'
import type { ResourceAddress } from './address.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** What live tails need, beside what reading a log group does. */
const liveTailActions = ['logs:StartLiveTail', 'logs:DescribeLogGroups']

/**
 * Says when something came into a log group, as a live tail of CloudWatch Logs hears of it: within
 * a second or two. One lasts three hours at most; then this ends.
 *
 * @throws EvtError that says what failed
 */
export async function* liveTail(
  { name, arn, region: ofArn }: ResourceAddress,
  options: AwsOptions & { signal: AbortSignal },
): AsyncGenerator<'open' | 'news'> {
  const { signal } = options
  const sdk = await import('@aws-sdk/client-cloudwatch-logs')
  const { AWS_ENDPOINT_URL: anyService, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: ofLogs } = process.env
  const client = new sdk.CloudWatchLogsClient({
    ...clientSettings({ ...options, region: ofArn ?? options.region }),
    // An emulator has one name of a host for all.
    disableHostPrefix: (options.endpointUrl ?? ofLogs ?? anyService) !== undefined,
  })
  const failed = (action: string) => async (error: unknown) => {
    const { region } = client.config
    const on = `the log group ${name}`
    throw await awsFailure(error, { action, on, region, signal, needs: liveTailActions })
  }
  const onFailure = failed('logs:StartLiveTail')
  try {
    const ofGroup = arn && /^.*?:log-group:[^:]+/.exec(arn)?.[0]
    const group = ofGroup ?? (await arnOf(name).catch(failed('logs:DescribeLogGroups')))
    const command = new sdk.StartLiveTailCommand({ logGroupIdentifiers: [group] })
    const answer = await client.send(command, { abortSignal: signal }).catch(onFailure)
    yield 'open'
    for await (const update of answer.responseStream ?? []) {
      if (isOver(update)) return
      if ((update.sessionUpdate?.sessionResults ?? []).length > 0) yield 'news'
    }
  } catch (error) {
    await onFailure(error)
  } finally {
    client.destroy()
  }

  /** The ARN of a group, which is all that a live tail takes. */
  async function arnOf(logGroupName: string): Promise<string> {
    const asked = { logGroupNamePrefix: logGroupName }
    for await (const page of sdk.paginateDescribeLogGroups({ client }, asked)) {
      const found = page.logGroups?.find((each) => each.logGroupName === logGroupName)
      if (found) return found.logGroupArn ?? found.arn?.replace(/:\*$/, '') ?? logGroupName
    }
    return logGroupName
  }
}

function isOver({
  SessionTimeoutException,
  SessionStreamingException,
}: StartLiveTailResponseStream) {
  return SessionTimeoutException !== undefined || SessionStreamingException !== undefined
}
