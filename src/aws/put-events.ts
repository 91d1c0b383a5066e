import type { PutEventsCommandOutput, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import type { ResourceAddress } from './address.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** A bus of EventBridge that events are put on. */
export interface EventsBus {
  readonly arn: string
  /** One attempt, whose failure is thrown as it is. */
  putEvents(
    entries: readonly PutEventsRequestEntry[],
    signal: AbortSignal,
  ): Promise<PutEventsCommandOutput>
  close(): void
}

/** @throws EvtError that says what failed */
export async function openEventsBus(
  { name, arn, region }: Pick<ResourceAddress, 'name' | 'arn' | 'region'>,
  { signal, needs, ...options }: AwsOptions & { signal: AbortSignal; needs: readonly string[] },
): Promise<EventsBus> {
  const aws = { ...options, region: options.region ?? region }
  const sdk = await import('@aws-sdk/client-eventbridge')
  const client = new sdk.EventBridgeClient({ ...clientSettings(aws), maxAttempts: 1 })
  const bus = arn ?? name
  const look = new sdk.DescribeEventBusCommand({ Name: bus })
  const found = await client.send(look, { abortSignal: signal }).catch(async (error) => {
    const call = { action: 'events:DescribeEventBus', on: `the bus ${name}`, needs }
    throw await awsFailure(error, { ...call, signal, region: client.config.region })
  })
  return {
    arn: found.Arn ?? '',
    putEvents(entries, abortSignal) {
      const named = entries.map((entry) => ({ ...entry, EventBusName: bus }))
      return client.send(new sdk.PutEventsCommand({ Entries: named }), { abortSignal })
    },
    close: () => client.destroy(),
  }
}
