import { setMaxListeners } from 'node:events'
import { type Caller, callerOf } from '../../aws/caller.js'
import { globalInventories, inventories } from '../../aws/inventory/index.js'
import { type Described, Inquiry, type Inventory } from '../../aws/inventory/inquiry.js'
import { withLogFilters } from '../../aws/inventory/log-filters.js'
import { withQueueAges } from '../../aws/inventory/queue-ages.js'
import type { AwsOptions } from '../../aws/options.js'
import { TopologyBuilder } from '../builder.js'
import type { Gap, Topology } from '../model.js'
import { read } from '../read.js'
import { type Resource, Stack } from '../template/stack.js'
import { Wiring } from '../wiring.js'
import { AccountNames } from './account-names.js'
import { Places } from './places.js'

/** Whom to ask, and where; none: as the settings of AWS say. */
export interface AskedAccounts {
  readonly profiles: readonly string[]
  readonly regions: readonly string[]
  readonly endpointUrl: string | undefined
  readonly signal: AbortSignal
  /** Whether CloudWatch is asked how long messages have waited. */
  readonly withAges?: boolean | undefined
}

/** What one account has in one region. */
interface Survey {
  readonly name: string
  readonly caller: Caller
  readonly found: readonly Described[]
  readonly gaps: readonly Gap[]
}

/**
 * What accounts have, as far as they may be asked: what is not told is a gap of the result.
 *
 * @throws EvtError where nobody can be asked at all
 */
export async function topologyOfAccounts(asked: AskedAccounts): Promise<Topology> {
  const surveys = await surveysOf(asked)
  const builder = new TopologyBuilder()
  const gap = (kind: Gap['kind'], at: string, explain: string) => builder.gap({ kind, at, explain })
  const names = new AccountNames(
    new Places(surveys.map(({ caller }) => caller)),
    new Map(surveys.map(({ name, caller }) => [name, caller])),
  )
  const wiring = new Wiring(builder, new Map(), names)
  const world = { imported: () => undefined, outputOf: () => undefined, gap }
  const resources = surveys.flatMap(({ name, found }) => {
    const stack = new Stack(name, {}, () => ({}), world)
    return found.map((one) => resourceOf(stack, one))
  })
  for (const each of surveys.flatMap(({ gaps }) => gaps)) builder.gap(each)
  read(resources, wiring)
  return builder.build(surveys.map(({ name }) => name))
}

/** The parts of AWS that are not asked, though templates tell of them. */
const notAsked =
  'tasks of ECS are not asked about, nor filters of logs but of groups that functions let in'

async function surveysOf(asked: AskedAccounts): Promise<Survey[]> {
  const failed = new AbortController()
  const signal = AbortSignal.any([asked.signal, failed.signal])
  // Each call that is under way listens.
  setMaxListeners(0, signal)
  try {
    return await surveysUntil({ ...asked, signal })
  } catch (error) {
    // Nobody waits for the others any more.
    failed.abort()
    throw error
  }
}

async function surveysUntil(asked: AskedAccounts): Promise<Survey[]> {
  const surveys = new Map<string, Survey>()
  const accounts = new Set<string>()
  for (const profile of asked.profiles.length === 0 ? [undefined] : asked.profiles) {
    for (const region of asked.regions.length === 0 ? [undefined] : asked.regions) {
      const { endpointUrl, signal } = asked
      const options: AwsOptions & { signal: AbortSignal } = { profile, region, endpointUrl, signal }
      const caller = await callerOf(options, signal)
      const name = `${caller.account}/${caller.region}`
      if (surveys.has(name)) continue
      const isFirst = !accounts.has(caller.account)
      accounts.add(caller.account)
      const of = isFirst ? [...inventories, ...globalInventories] : inventories
      const inquiry = new Inquiry(options, caller)
      surveys.set(name, await surveyed(name, inquiry, { of, withAges: asked.withAges === true }))
    }
  }
  return [...surveys.values()]
}

async function surveyed(
  name: string,
  inquiry: Inquiry,
  { of, withAges }: { of: readonly Inventory[]; withAges: boolean },
): Promise<Survey> {
  const told = await Promise.all(of.map((inventory) => inventory.find(inquiry)))
  const all = await withLogFilters(inquiry, told.flat())
  const found = withAges ? await withQueueAges(inquiry, all) : all
  const untold = inquiry.untold.map(({ service, action, explain, count }): Gap => {
    const more = count === 1 ? '' : `; ${action} fails ${count} times in all`
    return { kind: 'service', at: `${name}#${service}`, explain: `${explain}${more}` }
  })
  const rest: Gap = { kind: 'type', at: name, explain: notAsked }
  return { name, caller: inquiry.place, found: [...found].sort(byArn), gaps: [...untold, rest] }
}

/** However fast each service answers. */
function byArn(a: Described, b: Described): number {
  const text = ({ arn, type, properties }: Described) =>
    `${arn}\n${type}\n${JSON.stringify(properties)}`
  return text(a) < text(b) ? -1 : 1
}

function resourceOf(stack: Stack, { type, arn, properties }: Described): Resource {
  const [, , service = '', , , ...end] = arn.split(':')
  return { stack, logicalId: `${service}:${end.join(':')}`, type, properties, at: arn }
}
