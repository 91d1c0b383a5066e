import type { Moto } from './moto.js'

/** Everything in the account that a tap could make or touch, as an independent client lists it. */
export async function listing({ call }: Pick<Moto, 'call'>) {
  const queues = (await call('sqs', 'list_queues'))['QueueUrls'] as string[] | undefined
  const subscriptions = (await call('sns', 'list_subscriptions'))['Subscriptions'] as Subscription[]
  const buses = (await call('events', 'list_event_buses'))['EventBuses'] as { Name: string }[]
  const rules: Record<string, unknown> = {}
  for (const { Name: bus } of buses) {
    const found = await call('events', 'list_rules', { EventBusName: bus })
    for (const rule of found['Rules'] as { Name: string }[]) {
      const at = { Rule: rule.Name, EventBusName: bus }
      const { Targets } = await call('events', 'list_targets_by_rule', at)
      rules[`${bus}/${rule.Name}`] = { ...rule, targets: Targets }
    }
  }
  return { queues: (queues ?? []).map((url) => url.split('/').at(-1)), subscriptions, rules }
}

interface Subscription {
  Endpoint: string
  TopicArn: string
}
