import type { Published } from './evt-graphs.js'
import type { Graph } from './graph.js'
import type { Variable } from './page.js'
import { metricsOf } from './part.js'
import type { Section } from './section.js'

/* One queue, bus or type at a time, that is chosen above the overview: CloudWatch puts what is
 * chosen in the place of a text in the dashboard. */

/** So many can be chosen from. */
const MOST_VALUES = 500

interface Choice {
  readonly variable: Variable
  readonly graphs: readonly Graph[]
}

export function choices(
  sections: readonly Section[],
  published: Published | undefined,
  nameOf: (section: Section) => string,
): Choice[] {
  const ofWord = (word: string) => sections.filter((section) => section.word === word)
  const queues = ofWord('queue').map((one) => ({ value: nameOf(one), label: one.name }))
  const buses = ofWord('event bus')
    .filter(({ name }) => name !== 'default')
    .map((one) => ({ value: nameOf(one), label: one.name }))
  const types = (published?.types ?? [])
    // Of an unsaid source there is no dimension to search by.
    .filter(({ type, source }) => source !== '' && isSearchable(type))
    .map(({ type }) => ({ value: type, label: type }))
  return [
    ...choice('queue', queues, (name) => [queueGraph(name)]),
    ...choice('bus', buses, (name) => [busGraph(name)]),
    ...(published ? choice('type', types, (type) => typeGraphs(type, published)) : []),
  ]
}

function choice(
  id: string,
  values: readonly Variable['values'][number][],
  graphs: (chosen: string) => Graph[],
): Choice[] {
  const once = [...new Map(values.map((one) => [one.value, one])).values()].slice(0, MOST_VALUES)
  const [first] = once
  // Of one there is nothing to choose.
  if (!first || once.length < 2) return []
  const pattern = `evt-chosen-${id}`
  const variable: Variable = {
    ...{ type: 'pattern', inputType: 'select', id, label: id, visible: true, pattern },
    ...{ values: once, defaultValue: first.value },
  }
  return [{ variable, graphs: graphs(pattern) }]
}

/** What a search can look for in quotes. */
function isSearchable(text: string): boolean {
  return /^[\w .:/-]+$/.test(text)
}

function queueGraph(name: string): Graph {
  const metric = metricsOf('AWS/SQS', [['QueueName', name]])
  return {
    title: 'The chosen queue: waiting, in flight, sent, deleted',
    series: [
      metric('ApproximateNumberOfMessagesVisible', 'Maximum', 'waiting'),
      metric('ApproximateNumberOfMessagesNotVisible', 'Maximum', 'in flight'),
      metric('NumberOfMessagesSent', 'Sum', 'sent'),
      metric('NumberOfMessagesDeleted', 'Sum', 'deleted'),
    ],
    ...{ periodS: 60, unit: 'messages', alarms: [] },
  }
}

function busGraph(name: string): Graph {
  const search = (metric: string) => ({
    expression:
      `SEARCH('{AWS/Events,EventBusName,RuleName} MetricName="${metric}" ` +
      `EventBusName="${name}"', 'Sum', 60)`,
    ...{ label: metric, of: [] },
  })
  return {
    title: 'The chosen bus: invocations and failures by rule',
    series: [search('Invocations'), search('FailedInvocations')],
    ...{ periodS: 60, unit: 'events', alarms: [] },
  }
}

function typeGraphs(type: string, { namespace, dimensions }: Published): Graph[] {
  const of = [...dimensions.map(([name]) => name), 'Source', 'Type'].map((name) => `"${name}"`)
  const search = (metric: string, stat: string, label: string) => ({
    expression:
      `SEARCH('{"${namespace}",${of.join(',')}} MetricName="${metric}" Type="${type}"', ` +
      `'${stat}', 60)`,
    ...{ label, of: [] },
  })
  return [
    {
      title: 'The chosen type: latency',
      series: ['p50', 'p99'].map((stat) => search('Latency', stat, stat)),
      ...{ periodS: 60, unit: 'ms', alarms: [] },
    },
    {
      title: 'The chosen type: deliveries, and what is wrong with them',
      series: ['Deliveries', 'Duplicates', 'Reordered', 'Late', 'Lost'].map((metric) =>
        search(metric, 'Sum', metric.toLowerCase()),
      ),
      ...{ periodS: 60, unit: 'events', alarms: [] },
    },
  ]
}
