import type { InvokeCommandOutput } from '@aws-sdk/client-lambda'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** A function of Lambda that is invoked. */
export interface Invocations {
  readonly region: string
  /** One attempt, whose failure is thrown as it is. */
  invoke(body: string, signal: AbortSignal): Promise<InvokeCommandOutput>
  close(): void
}

/** @param name of the function, or its ARN
 * @throws EvtError where there is no such function, or it may not be invoked */
export async function openInvocations(
  name: string,
  { signal, ...options }: AwsOptions & { signal: AbortSignal },
): Promise<Invocations> {
  const region = options.region ?? /^arn:[\w-]+:lambda:([\w-]+):/.exec(name)?.[1]
  const sdk = await import('@aws-sdk/client-lambda')
  const client = new sdk.LambdaClient({ ...clientSettings({ ...options, region }), maxAttempts: 1 })
  const send = (InvocationType: 'DryRun' | 'RequestResponse', body: string, given: AbortSignal) => {
    const Payload = Buffer.from(body)
    const command = new sdk.InvokeCommand({ FunctionName: name, InvocationType, Payload })
    return client.send(command, { abortSignal: given })
  }
  await send('DryRun', '{}', signal).catch(async (error) => {
    const call = { action: 'lambda:InvokeFunction', on: `the function ${name}`, signal }
    throw await awsFailure(error, { ...call, region: client.config.region })
  })
  return {
    region: await client.config.region(),
    invoke: (body, given) => send('RequestResponse', body, given),
    close: () => client.destroy(),
  }
}
