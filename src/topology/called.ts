import { type ServiceCall, serviceCalls } from '../aws/service-graph.js'
import { EvtError } from '../errors.js'
import type { AskedAccounts } from './account/from-accounts.js'
import type { Gap, SeenCall } from './model.js'

/** What only stands before who answers: a call through it is one of him. */
const isBefore = /^AWS::(ApiGateway|ElasticLoadBalancing|AppSync)/
/** What keeps or passes on what is sent, and answers for itself. */
const isOfMessages = /^AWS::(SQS|SNS|Events|EventBridge|Kinesis|DynamoDB|S3|StepFunctions)/
/** Of what stands before another, so many in a row. */
const MOST_BEFORE = 4

/** What X-Ray saw call what, in each account and region; what it does not tell is a gap. */
export async function callsSeen(asked: AskedAccounts): Promise<{ calls: SeenCall[]; gaps: Gap[] }> {
  const found: ServiceCall[] = []
  const gaps: Gap[] = []
  const { endpointUrl, signal } = asked
  for (const profile of asked.profiles.length === 0 ? [undefined] : asked.profiles) {
    for (const region of asked.regions.length === 0 ? [undefined] : asked.regions) {
      try {
        found.push(...(await serviceCalls({ profile, region, endpointUrl, signal })))
      } catch (error) {
        if (!(error instanceof EvtError) || error.code !== 'outside') throw error
        const at = [profile, region].filter((part) => part !== undefined).join('/') || 'AWS'
        gaps.push({ kind: 'service', at: `${at}#xray`, explain: error.message })
      }
    }
  }
  return { calls: directCalls(found), gaps }
}

/** Calls from one who works to another, through what only stands before him. */
function directCalls(found: readonly ServiceCall[]): SeenCall[] {
  const key = ({ name, type }: ServiceCall['from']) => JSON.stringify([name, type])
  const out = new Map<string, ServiceCall[]>()
  for (const call of found) {
    const calls = out.get(key(call.from))
    if (calls) calls.push(call)
    else out.set(key(call.from), [call])
  }
  const counts = new Map<string, SeenCall>()
  const add = (from: string, to: string, count: number) => {
    // Lambda is there twice: as the service, and as the function that it runs.
    if (from === to) return
    const both = JSON.stringify([from, to])
    counts.set(both, { from, to, count: (counts.get(both)?.count ?? 0) + count })
  }
  for (const { from, to, count } of found) {
    if (isBefore.test(from.type) || isOfMessages.test(from.type) || from.type === 'client') continue
    let ends = [to]
    for (let n = 0; n < MOST_BEFORE && ends.some(({ type }) => isBefore.test(type)); n++) {
      ends = ends.flatMap((end) =>
        isBefore.test(end.type) ? (out.get(key(end)) ?? []).map((call) => call.to) : [end],
      )
    }
    for (const end of ends) {
      if (!isBefore.test(end.type) && !isOfMessages.test(end.type)) add(from.name, end.name, count)
    }
  }
  return [...counts.values()].sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1))
}

function textOf({ from, to }: SeenCall): string {
  return JSON.stringify([from, to])
}
