import type { DestinationDescription } from '@aws-sdk/client-firehose'
import type { JsonObject } from '../../event/event.js'
import { type Inventory, jsonOf } from './inquiry.js'

const MOST_A_PAGE = 100

/** Firehoses: where they read, and which bucket they write to. */
export const firehoses: Inventory = {
  service: 'firehose',
  actions: ['firehose:ListDeliveryStreams', 'firehose:DescribeDeliveryStream'],
  async find(inquiry) {
    const sdk = await import('@aws-sdk/client-firehose')
    return inquiry.using(new sdk.FirehoseClient(inquiry.settings()), async (client) => {
      const names = await inquiry.all(
        'firehose:ListDeliveryStreams',
        'the Firehoses',
        (after) => {
          const from = after === undefined ? {} : { ExclusiveStartDeliveryStreamName: after }
          const command = new sdk.ListDeliveryStreamsCommand({ Limit: MOST_A_PAGE, ...from })
          return client.send(command, inquiry.sent)
        },
        ({ DeliveryStreamNames = [], HasMoreDeliveryStreams: isMore }) => ({
          found: DeliveryStreamNames,
          next: isMore ? DeliveryStreamNames.at(-1) : undefined,
        }),
      )
      return inquiry.each(names, async (DeliveryStreamName) => {
        const on = `the Firehose ${DeliveryStreamName}`
        const answer = await inquiry.ask('firehose:DescribeDeliveryStream', on, () => {
          const command = new sdk.DescribeDeliveryStreamCommand({ DeliveryStreamName })
          return client.send(command, inquiry.sent)
        })
        const told = answer?.DeliveryStreamDescription
        const arn =
          told?.DeliveryStreamARN ?? inquiry.arn('firehose', `deliverystream/${DeliveryStreamName}`)
        const source = told?.Source?.KinesisStreamSourceDescription
        const given = {
          ...{ DeliveryStreamName, KinesisStreamSourceConfiguration: source },
          ...configurations(told?.Destinations ?? []),
        }
        const type = 'AWS::KinesisFirehose::DeliveryStream'
        return [{ type, arn, properties: jsonOf(given) }]
      })
    })
  },
}

/** `ExtendedS3DestinationDescription` is, in a template, `ExtendedS3DestinationConfiguration`. S3
 * stands beside its extended self, and says the same. */
function configurations(destinations: readonly DestinationDescription[]): JsonObject {
  const entries = destinations.flatMap((destination) => {
    return Object.entries(jsonOf(destination)).flatMap(([name, given]) => {
      if (!name.endsWith('DestinationDescription') || typeof given !== 'object') return []
      if (name === 'S3DestinationDescription') return []
      const text = JSON.stringify(given).replaceAll(
        '"S3DestinationDescription":',
        '"S3Configuration":',
      )
      return [[name.replace(/Description$/, 'Configuration'), JSON.parse(text)] as const]
    })
  })
  return Object.fromEntries(entries)
}
