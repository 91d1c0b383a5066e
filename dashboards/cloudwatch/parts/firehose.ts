import { metricsOf, type Part } from '../part.js'

/** It delivers after 15 minutes at the latest, where it can. */
const STALE_S = 1_800

export const firehose: Part = {
  kind: 'firehose',
  word: 'delivery stream',
  graphs(node, { names }) {
    const metric = metricsOf('AWS/Firehose', [['DeliveryStreamName', names.of(node)]])
    const freshness = metric('DeliveryToS3.DataFreshness', 'Maximum', 'oldest not in S3')
    return [
      {
        title: 'Age of the oldest record that is not in S3',
        ...{ series: [freshness], periodS: 300, unit: 's' },
        alarms: [
          {
            ...{ kind: 'static', what: 'stale', series: freshness, threshold: STALE_S },
            ...{ operator: 'GreaterThanOrEqualToThreshold', missing: 'notBreaching' },
            ...{ datapoints: 2, periods: 3 },
            explain: 'records wait for half an hour: it cannot write to its bucket',
          },
        ],
      },
      {
        title: 'Records in and delivered',
        series: [
          metric('IncomingRecords', 'Sum', 'in'),
          metric('DeliveryToS3.Records', 'Sum', 'in S3'),
        ],
        ...{ periodS: 300, unit: 'records', alarms: [] },
      },
    ]
  },
  commands: () => [['evt', 'stats', 's3://BUCKET/PREFIX', '--since', '1h']],
  runbook: ['It keeps records for 24 h while it cannot deliver them; then they are lost.'],
}
