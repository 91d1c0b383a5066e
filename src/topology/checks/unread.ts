import type { Graph } from '../graph.js'
import type { Finding, Gap, Topology } from '../model.js'

/** By finding: the services that have to have told everything, so that it is not one for want of
 * knowledge. */
const restsOn: Readonly<Record<string, readonly string[]>> = {
  missingResource: [
    ...['events', 'sns', 'sqs', 'kinesis', 'lambda', 'firehose', 'states', 'pipes', 'dynamodb'],
  ],
  targetWithoutPermission: ['events', 'sqs', 'sns', 'lambda'],
  ruleWithoutTargets: ['events'],
  ruleMatchesNothing: ['events'],
  eventWithoutRule: ['events'],
  queueWithoutReader: ['iam', 'lambda', 'pipes', 'sqs'],
  queueWithoutDlq: ['sqs'],
}

/** What of an account may not be asked. The rest is judged without it. */
export function unread({ topology }: Graph): Finding[] {
  return unreadIn(topology).map(({ at, explain }) => {
    const service = serviceOf(at)
    const left = Object.keys(restsOn).filter((id) => {
      const isAsked = id !== 'eventWithoutRule' || topology.observed !== undefined
      return isAsked && restsOn[id]?.includes(service)
    })
    const without = left.length === 0 ? '' : ` ${left.join(', ')} ${leftOut(left.length)}.`
    return {
      ...{ id: 'serviceUnread', severity: 'warning' as const, on: at, witnesses: [at] },
      explanation: `${explain}: what it would tell is missing here.${without}`,
      fix: /is not allowed/.test(explain)
        ? 'allow it to who asks, or ask with the --profile of somebody who may'
        : 'ask again',
    }
  })
}

function leftOut(count: number): string {
  return count === 1 ? 'is not looked for' : 'are not looked for'
}

/** Whether a finding rests on what was told. */
export function isJudged(topology: Topology): (finding: Finding) => boolean {
  const services = new Set(unreadIn(topology).map(({ at }) => serviceOf(at)))
  return ({ id }) => !(restsOn[id] ?? []).some((service) => services.has(service))
}

function unreadIn({ gaps }: Topology): Gap[] {
  return gaps.filter(({ kind }) => kind === 'service')
}

function serviceOf(at: string): string {
  return at.split('#')[1] ?? at
}
