import { happens, metricsOf, type Part } from '../part.js'

export const topic: Part = {
  kind: 'topic',
  word: 'topic',
  graphs(node, { names }) {
    const metric = metricsOf('AWS/SNS', [['TopicName', names.of(node)]])
    const failed = metric('NumberOfNotificationsFailed', 'Sum', 'failed')
    const dead = metric('NumberOfNotificationsRedrivenToDlq', 'Sum', 'to the dead-letter queue')
    const lost = metric('NumberOfNotificationsFailedToRedriveToDlq', 'Sum', 'lost on the way there')
    return [
      {
        title: 'Published and delivered',
        series: [
          metric('NumberOfMessagesPublished', 'Sum', 'published'),
          metric('NumberOfNotificationsDelivered', 'Sum', 'delivered'),
          metric('NumberOfNotificationsFilteredOut', 'Sum', 'filtered out'),
        ],
        ...{ periodS: 60, unit: 'messages', alarms: [] },
      },
      {
        title: 'What was not delivered',
        ...{ series: [failed, dead, lost], periodS: 60, unit: 'messages' },
        alarms: [
          happens('failed', failed, 'subscribers do not take what is delivered', [3, 5]),
          happens('lost', lost, 'messages are lost: their dead-letter queue fails', [1, 1]),
        ],
      },
    ]
  },
  commands: (name) => [['evt', 'tail', `sns://${name}`]],
  runbook: [
    'Failed: a subscriber refused, or its policy does. Without a dead-letter queue it is lost.',
    'More filtered out than usual: a producer changed what filter policies look at.',
  ],
}
