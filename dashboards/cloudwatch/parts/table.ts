import { happens, metricsOf, type Part } from '../part.js'

export const table: Part = {
  kind: 'table',
  word: 'table',
  graphs(node, { names }) {
    const metric = metricsOf('AWS/DynamoDB', [['TableName', names.of(node)]])
    const throttled = metric('WriteThrottleEvents', 'Sum', 'writes throttled')
    return [
      {
        title: 'Writes: each becomes a record of its stream',
        series: [metric('ConsumedWriteCapacityUnits', 'Sum', 'write units'), throttled],
        ...{ periodS: 60, unit: 'units, calls' },
        alarms: [happens('writesThrottled', throttled, 'writes are throttled', [5, 10])],
      },
    ]
  },
  commands: (name) => [
    ['evt', 'lag', `dynamodb://${name}`],
    ['evt', 'tail', `dynamodb://${name}`],
  ],
  runbook: [
    'Its stream keeps records for 24 h: see the iterator age of the functions that read it.',
  ],
}
