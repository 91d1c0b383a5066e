import type { Consumer, ListStreamsCommandOutput } from '@aws-sdk/client-kinesis'
import { EvtError } from '../errors.js'
import { isMissing, ofSdk } from './failure.js'
import { openKinesis } from './kinesis-client.js'
import { kinesisFailure } from './kinesis-failure.js'
import type { AwsOptions } from './options.js'

/** The consumers of streams, each with throughput of its own; each call is one attempt and throws
 * an EvtError that says what failed. What changes something is not cut short by a signal. */
export interface StreamConsumers {
  /** The ARN of a new one. */
  register(
    streamArn: string,
    made: { readonly name: string; readonly tags: Readonly<Record<string, string>> },
  ): Promise<string>
  /** Whether it may be subscribed to by now. */
  isActive(arn: string): Promise<boolean>
  /** What is gone already counts as done. */
  remove(arn: string): Promise<void>
  /** The ARN of the one that has this name, where there is one. */
  named(streamArn: string, name: string): Promise<string | undefined>
  /** Every stream of the region, by name. */
  streams(): AsyncGenerator<string>
  /** Those of a stream, by its ARN. */
  of(streamArn: string): AsyncGenerator<Consumer>
  tagsOf(arn: string): Promise<Readonly<Record<string, string>>>
  /** Adds to them, or says other values. */
  tag(arn: string, tags: Readonly<Record<string, string>>): Promise<void>
  close(): void
}

/** @param needs what of IAM the whole takes, for who lacks a part of it */
export async function openConsumers(
  options: AwsOptions,
  needs: readonly string[],
): Promise<StreamConsumers> {
  const { sdk, client } = await openKinesis(options)
  const failed =
    (action: string, on: string) =>
    async (error: unknown): Promise<never> => {
      const region = () => client.config.region()
      throw await kinesisFailure(error, { action: `kinesis:${action}`, on, needs, region })
    }
  const describe = (arn: string) => {
    const command = new sdk.DescribeStreamConsumerCommand({ ConsumerARN: arn })
    return client.send(command).catch(failed('DescribeStreamConsumer', onConsumer(arn)))
  }
  async function* of(streamArn: string): AsyncGenerator<Consumer> {
    const pages = sdk.paginateListStreamConsumers({ client }, { StreamARN: streamArn })
    try {
      for await (const { Consumers = [] } of pages) yield* Consumers
    } catch (error) {
      await failed('ListStreamConsumers', onStream(streamArn))(error)
    }
  }
  return {
    of,
    async register(streamArn, { name, tags }) {
      const command = new sdk.RegisterStreamConsumerCommand({
        ...{ StreamARN: streamArn, ConsumerName: name, Tags: { ...tags } },
      })
      const made = await client
        .send(command)
        .catch(async (error) => {
          throw isLimit(error) ? full(streamArn, error) : error
        })
        .catch(failed('RegisterStreamConsumer', onStream(streamArn)))
      return made.Consumer?.ConsumerARN ?? ''
    },
    async isActive(arn) {
      return (await describe(arn)).ConsumerDescription?.ConsumerStatus === 'ACTIVE'
    },
    async remove(arn) {
      const command = new sdk.DeregisterStreamConsumerCommand({ ConsumerARN: arn })
      await client.send(command).catch((error) => {
        if (!isMissing(error)) return failed('DeregisterStreamConsumer', onConsumer(arn))(error)
      })
    },
    async named(streamArn, name) {
      for await (const { ConsumerName, ConsumerARN } of of(streamArn)) {
        if (ConsumerName === name) return ConsumerARN
      }
      return undefined
    },
    streams: () =>
      streamsOf(sdk.paginateListStreams({ client }, {}), failed('ListStreams', 'the streams')),
    async tagsOf(arn) {
      const command = new sdk.ListTagsForResourceCommand({ ResourceARN: arn })
      const onFailure = failed('ListTagsForResource', onConsumer(arn))
      const { Tags = [] } = await client.send(command).catch(onFailure)
      return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]))
    },
    async tag(arn, tags) {
      const command = new sdk.TagResourceCommand({ ResourceARN: arn, Tags: { ...tags } })
      await client.send(command).catch(failed('TagResource', onConsumer(arn)))
    },
    close: () => client.destroy(),
  }
}

async function* streamsOf(
  pages: AsyncIterable<ListStreamsCommandOutput>,
  onFailure: (error: unknown) => Promise<never>,
): AsyncGenerator<string> {
  try {
    for await (const { StreamNames = [] } of pages) yield* StreamNames
  } catch (error) {
    await onFailure(error)
  }
}

/** What a consumer is of, and its name: `…:stream/orders/consumer/billing:1700000000`. */
export function consumerOf(arn: string): { stream: string; name: string } | undefined {
  const [, stream, name] =
    /^arn:[^:]+:kinesis:.*:stream\/([^/]+)\/consumer\/([^:]+)/.exec(arn) ?? []
  return stream === undefined || name === undefined ? undefined : { stream, name }
}

function onConsumer(arn: string): string {
  const { stream, name } = consumerOf(arn) ?? { stream: '', name: arn }
  return `the consumer ${name} of the stream ${stream}`
}

function onStream(arn: string): string {
  return `the stream ${arn.split(':stream/')[1]}`
}

function isLimit(error: unknown): boolean {
  const failed = ofSdk(error)
  return failed instanceof Error && failed.name === 'LimitExceededException'
}

function full(streamArn: string, cause: unknown): EvtError {
  return new EvtError(`${onStream(streamArn)} takes no consumer more, or none so soon`, {
    code: 'outside',
    hint:
      'it has 20 at most, and five may be registered in a second; name one that is there with ' +
      '--consumer ARN, or leave --fan-out out',
    cause,
  })
}
