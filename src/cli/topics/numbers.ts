import type { Topic } from './topic.js'

export const topic: Topic = {
  parts: [
    'An event is something that happened; a delivery is one arrival of it. A figure that cannot ' +
      'be claimed is null in JSON and – in text. Rates and ratios are fractions in JSON.',
    { heading: 'what was read' },
    {
      terms: [
        ['read.bytes', 'as stored, compressed where it is'],
        ['read.records', 'events and undecodable ones'],
        [
          'undecodable',
          'not JSON, not UTF-8, no object, cut, too large (128 MiB), or a wrapping whose body ' +
            'cannot be read. Counted and shown, and part of no other number',
        ],
      ],
    },
    { heading: 'duplicates' },
    'One identity is one event: its source and its id, else the id of the innermost message ' +
      'around it. Without an id every delivery is an event of its own, and where no event of a ' +
      'row has one the row claims no duplicates.',
    {
      terms: [
        ['events', 'deliveries that could be decoded'],
        ['distinct', 'identities'],
        ['duplicates.count', 'events less distinct'],
        ['duplicates.rate', 'count / events'],
        ['byCause.replay', 'delivered again by a replay'],
        ['byCause.redelivery', 'the same SQS message, received again'],
        ['byCause.sameId', 'all others'],
      ],
    },
    { heading: 'order' },
    'On first deliveries, for each key, in order of arrival: by receivedAt, then by place in the ' +
      'archive; by place alone where a delivery of the key lacks receivedAt; within an SQS FIFO ' +
      'group, a shard of Kinesis, an item of DynamoDB, a partition of Kafka by its own numbers. ' +
      'Compared is ' +
      'sequence where the type maps one, else time. An event is reordered if its value is below ' +
      'the greatest before it (RFC 4737); equal is not. It counts in the row of its own type, ' +
      'but is compared with its whole key.',
    {
      terms: [
        ['keys', 'how many keys were seen'],
        ['checked', 'first deliveries with a key and something to compare'],
        ['reordered', 'how many of them came after a greater one'],
        ['ratio', 'reordered / checked'],
        ['maxExtent', 'the most places that one came too late'],
        ['maxLateMs', 'the longest time that one came after the first that should follow it'],
        ['p99LateMs', '99% came no later than that; null below 1,000 reordered ones'],
      ],
    },
    { heading: 'latency' },
    'receivedAt less time of first deliveries, in milliseconds, in an HDR histogram of three ' +
      'digits. It holds no better than the two clocks agree.',
    {
      terms: [
        ['count', 'first deliveries with both times, without the skewed'],
        ['min, mean, max', 'exact'],
        ['stddev', 'of the histogram'],
        [
          'p50 ... p9999',
          "HdrHistogram's percentiles. p50 needs 20 samples, p90 100, p95 200, p99 1,000, p99.9 " +
            '10,000, p99.99 100,000',
        ],
        ['skewed', 'arrived before the time they carry: counted, and in no percentile'],
        ['overflow', 'above 407 days: in count and max, in no percentile'],
        ['resolutionMs', 'how fine the times are: 1000 where 99% of them are whole seconds'],
        ['hdr', "the histogram of microseconds, in HdrHistogram's V2 encoding"],
      ],
    },
    { heading: 'hops' },
    '--hops measures each leg of the way as latency is, by the times that the wrappings carry. A ' +
      'leg is null (not stamped) where no event of the row has both of its ends; min, max and ' +
      'percentiles are in milliseconds, resolutionMs is the coarser of the two clocks.',
    {
      terms: [
        ['produced', "the event's time, unless that is the transport's own"],
        [
          'accepted',
          'when the innermost transport took it over: SNS Timestamp, SQS SentTimestamp, Kinesis ' +
            'ApproximateArrivalTimestamp, LOG_APPEND_TIME of Kafka, the arrival at Firehose, ' +
            'Logs or an HTTP endpoint',
        ],
        ['firstReceived', 'SQS ApproximateFirstReceiveTimestamp'],
        ['recorded', 'the arrival at Firehose or Logs of what was received'],
      ],
    },
    { heading: 'windows' },
    '--window and --by hour: windows that do not overlap, in UTC, by receivedAt, else time. A ' +
      'delivery counts in its own window; whether it is a duplicate or reordered is judged over ' +
      'all.',
  ],
}
