import { clientSettings } from './client-settings.js'
import { awsFailure, failureOfAll } from './failure.js'
import type { AwsOptions } from './options.js'
import { type AnswerTimes, answerStep, timed } from './server-clock.js'

/** Who asks, and where: what the ARNs of one's own resources begin with. */
export interface Caller {
  readonly arn: string
  readonly partition: string
  readonly account: string
  readonly region: string
}

/** Asks STS, which permits it to everybody who has credentials. */
export async function callerOf(
  options: AwsOptions & { onAnswer?: (times: AnswerTimes) => void },
  signal: AbortSignal,
): Promise<Caller> {
  const sdk = await import('@aws-sdk/client-sts')
  const client = new sdk.STSClient(clientSettings(options))
  if (options.onAnswer) client.middlewareStack.add(timed(options.onAnswer), answerStep)
  const region = () => client.config.region()
  try {
    const told = await client.send(new sdk.GetCallerIdentityCommand({}), { abortSignal: signal })
    const { Arn: arn = '', Account: account = '' } = told
    const partition = arn.split(':')[1] ?? 'aws'
    return { arn, partition, account, region: await region() }
  } catch (error) {
    const on = 'the caller'
    throw await awsFailure(error, { action: 'sts:GetCallerIdentity', on, region, signal })
  } finally {
    client.destroy()
  }
}

/**
 * The region that calls would go to; nobody is asked.
 *
 * @throws EvtError `usage` where none is known
 */
export async function regionOf(options: AwsOptions): Promise<string> {
  const sdk = await import('@aws-sdk/client-sts')
  const client = new sdk.STSClient(clientSettings(options))
  try {
    return await client.config.region()
  } catch (error) {
    throw failureOfAll(error) ?? error
  } finally {
    client.destroy()
  }
}
