import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { type Described, type Inquiry, jsonOf } from './inquiry.js'

/**
 * What was found, with the log groups that functions let in, as their policies say, and all filters
 * of those: a call for each such group. The other groups of an account would be one call each, and
 * are not asked about.
 */
export async function withLogFilters(
  inquiry: Inquiry,
  found: readonly Described[],
): Promise<readonly Described[]> {
  const groups = groupsLetIn(inquiry, found)
  if (groups.length === 0) return found
  const sdk = await import('@aws-sdk/client-cloudwatch-logs')
  const client = new sdk.CloudWatchLogsClient(inquiry.settings())
  const filters = await inquiry.using(client, () => {
    return inquiry.each(groups, (group) => filtersOf(inquiry, client, group))
  })
  return [...found, ...filters]
}

/** Of the same account and region; a pattern of names is none. */
function groupsLetIn(inquiry: Inquiry, found: readonly Described[]): string[] {
  const here = inquiry.arn('logs', 'log-group:')
  const names = found.flatMap(({ type, properties: { Principal, SourceArn } }) => {
    const isOfLogs = type === 'AWS::Lambda::Permission' && /^logs\./.test(String(Principal))
    if (!isOfLogs || typeof SourceArn !== 'string' || !SourceArn.startsWith(here)) return []
    const [, name] = /^([^:*?]+)(?::\*)?$/.exec(SourceArn.slice(here.length)) ?? []
    return name ?? []
  })
  return [...new Set(names)].sort()
}

async function filtersOf(
  inquiry: Inquiry,
  client: CloudWatchLogsClient,
  logGroupName: string,
): Promise<Described[]> {
  const sdk = await import('@aws-sdk/client-cloudwatch-logs')
  const told = await inquiry.all(
    'logs:DescribeSubscriptionFilters',
    `the log group ${logGroupName}`,
    (nextToken) => {
      const command = new sdk.DescribeSubscriptionFiltersCommand({ logGroupName, nextToken })
      return client.send(command, inquiry.sent)
    },
    ({ subscriptionFilters = [], nextToken }) => ({ found: subscriptionFilters, next: nextToken }),
  )
  if (told.length === 0) return []
  const arn = inquiry.arn('logs', `log-group:${logGroupName}`)
  const group = { type: 'AWS::Logs::LogGroup', arn, properties: { LogGroupName: logGroupName } }
  const filters = told.map(({ filterName, destinationArn, filterPattern }): Described => {
    const given = { FilterName: filterName, DestinationArn: destinationArn }
    const properties = { LogGroupName: logGroupName, FilterPattern: filterPattern, ...given }
    return { type: 'AWS::Logs::SubscriptionFilter', arn, properties: jsonOf(properties) }
  })
  return [group, ...filters]
}
