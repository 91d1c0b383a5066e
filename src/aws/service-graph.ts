import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** Who answers calls, or makes them, as X-Ray names it. */
interface Service {
  readonly name: string
  /** `AWS::Lambda::Function`, `AWS::ApiGateway::Stage`, `client`; '' where nothing is said. */
  readonly type: string
}

/** One service that was seen to call another. */
export interface ServiceCall {
  readonly from: Service
  readonly to: Service
  /** How often, among the traces that were sampled. */
  readonly count: number
}

const graphAction = 'xray:GetServiceGraph'
/** X-Ray tells of so long at most in one answer [botocore xray GetServiceGraph]. */
const LONGEST_MS = 6 * 3_600_000

/**
 * Who called whom in the last six hours, of what X-Ray sampled.
 *
 * @throws EvtError that says what failed
 */
export async function serviceCalls(
  options: AwsOptions & { signal: AbortSignal },
): Promise<ServiceCall[]> {
  const sdk = await import('@aws-sdk/client-xray')
  const client = new sdk.XRayClient(clientSettings(options))
  const { signal } = options
  const services = new Map<number, Service>()
  const edges: { from: number; to: number; count: number }[] = []
  const nowMs = Date.now()
  const range = { StartTime: new Date(nowMs - LONGEST_MS), EndTime: new Date(nowMs) }
  try {
    let NextToken: string | undefined
    do {
      const command = new sdk.GetServiceGraphCommand({ ...range, NextToken })
      const answer = await client.send(command, { abortSignal: signal })
      for (const { ReferenceId: from = -1, Name, Type, Edges = [] } of answer.Services ?? []) {
        services.set(from, { name: Name ?? '', type: Type ?? '' })
        for (const { ReferenceId: to = -1, SummaryStatistics } of Edges) {
          edges.push({ from, to, count: SummaryStatistics?.TotalCount ?? 0 })
        }
      }
      // Some emulators give the same place again.
      NextToken = answer.NextToken === NextToken ? undefined : answer.NextToken
    } while (NextToken !== undefined)
  } catch (error) {
    const { region } = client.config
    throw await awsFailure(error, { action: graphAction, on: 'X-Ray', region, signal })
  } finally {
    client.destroy()
  }
  return edges.flatMap(({ from, to, count }) => {
    const [a, b] = [services.get(from), services.get(to)]
    return a && b ? [{ from: a, to: b, count }] : []
  })
}
