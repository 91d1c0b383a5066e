import { happens, metricsOf, type Part } from '../part.js'

export const stateMachine: Part = {
  kind: 'stateMachine',
  word: 'state machine',
  graphs(node, { names }) {
    const metric = metricsOf('AWS/States', [['StateMachineArn', names.of(node)]])
    const failed = metric('ExecutionsFailed', 'Sum', 'failed')
    const timedOut = metric('ExecutionsTimedOut', 'Sum', 'timed out')
    const throttled = metric('ExecutionThrottled', 'Sum', 'throttled')
    return [
      {
        title: 'Executions',
        series: [
          metric('ExecutionsStarted', 'Sum', 'started'),
          metric('ExecutionsSucceeded', 'Sum', 'succeeded'),
        ],
        ...{ periodS: 60, unit: 'executions', alarms: [] },
      },
      {
        title: 'What fails',
        series: [failed, timedOut, metric('ExecutionsAborted', 'Sum', 'aborted'), throttled],
        ...{ periodS: 60, unit: 'executions' },
        alarms: [
          happens('failed', failed, 'its executions fail in 3 of 5 minutes', [3, 5]),
          happens('timedOut', timedOut, 'its executions time out', [1, 1]),
          happens('throttled', throttled, 'it is throttled in 5 of 10 minutes', [5, 10]),
        ],
      },
      {
        title: 'How long executions take',
        series: ['p50', 'p99', 'Maximum'].map((stat) => metric('ExecutionTime', stat, stat)),
        ...{ periodS: 60, unit: 'ms', alarms: [] },
      },
    ]
  },
  commands: () => [['evt', 'topology', 'check', '--template', 'FILE']],
  runbook: [
    'Failed: a state without a Catch, or one that gives up after its retries. What started it is ' +
      'told nothing: EventBridge and Pipes count an execution that began as delivered.',
    'Timed out: TimeoutSeconds of the machine, or of a task that nobody answers.',
  ],
}
