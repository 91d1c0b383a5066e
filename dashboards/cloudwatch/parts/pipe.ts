import { happens, metricsOf, type Part } from '../part.js'

export const pipe: Part = {
  kind: 'pipe',
  word: 'pipe',
  graphs(node, { names }) {
    const metric = metricsOf('AWS/EventBridge/Pipes', [['PipeName', names.of(node)]])
    const failed = metric('ExecutionFailed', 'Sum', 'failed')
    const partly = metric('ExecutionPartiallyFailed', 'Sum', 'failed in part')
    const throttled = metric('ExecutionThrottled', 'Sum', 'throttled')
    return [
      {
        title: 'Events and executions',
        series: [metric('EventCount', 'Sum', 'events'), metric('Invocations', 'Sum', 'executions')],
        ...{ periodS: 60, unit: 'events', alarms: [] },
      },
      {
        title: 'What fails',
        ...{ series: [failed, partly, throttled], periodS: 60, unit: 'executions' },
        alarms: [
          happens('failed', failed, 'its executions fail in 3 of 5 minutes', [3, 5]),
          happens('throttled', throttled, 'it is throttled in 5 of 10 minutes', [5, 10]),
        ],
      },
    ]
  },
  commands: () => [['evt', 'topology', 'check', '--template', 'FILE']],
  runbook: [
    'Failed: the enrichment or the target refuses; what was read comes again, or goes to its DLQ.',
  ],
}
