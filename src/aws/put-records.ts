import type {
  PutRecordsCommandOutput,
  PutRecordsRequestEntry,
  StreamDescriptionSummary,
} from '@aws-sdk/client-kinesis'
import type { ResourceAddress } from './address.js'
import { openKinesis } from './kinesis-client.js'
import { kinesisFailure } from './kinesis-failure.js'
import type { AwsOptions } from './options.js'

/** A stream of Kinesis that records are put on. */
export interface PutStream {
  readonly summary: StreamDescriptionSummary
  /** One attempt, whose failure is thrown as it is. */
  putRecords(
    records: readonly PutRecordsRequestEntry[],
    signal: AbortSignal,
  ): Promise<PutRecordsCommandOutput>
  close(): void
}

/** @throws EvtError that says what failed */
export async function openPutStream(
  { name, arn, region }: Pick<ResourceAddress, 'name' | 'arn' | 'region'>,
  { signal, needs, ...options }: AwsOptions & { signal: AbortSignal; needs: readonly string[] },
): Promise<PutStream> {
  const aws = { ...options, region: options.region ?? region }
  const { sdk, client } = await openKinesis({ ...aws, maxAttempts: 1 })
  const stream = arn === undefined ? { StreamName: name } : { StreamARN: arn }
  const look = new sdk.DescribeStreamSummaryCommand(stream)
  const found = await client.send(look, { abortSignal: signal }).catch(async (error) => {
    const call = { action: 'kinesis:DescribeStreamSummary', on: `the stream ${name}`, needs }
    throw await kinesisFailure(error, { ...call, signal, region: client.config.region })
  })
  return {
    // The model lets it be left out; the service never does.
    summary: found.StreamDescriptionSummary as StreamDescriptionSummary,
    putRecords(records, abortSignal) {
      const command = new sdk.PutRecordsCommand({ ...stream, Records: [...records] })
      return client.send(command, { abortSignal })
    },
    close: () => client.destroy(),
  }
}
