import { TopologyBuilder } from './builder.js'
import type { Topology } from './model.js'
import { read } from './read.js'
import { readers } from './readers/index.js'
import { loadTemplates } from './template/load.js'
import type { Resource, Stack } from './template/stack.js'
import { Stacks } from './template/world.js'
import { Wiring } from './wiring.js'

/**
 * What the templates of a folder, files and globs deploy, as far as they tell. What they do not is
 * a gap of the result.
 *
 * @throws EvtError `usage` where a file is no template of CloudFormation, or not there
 */
export async function topologyOfTemplates(
  given: readonly string[],
  cwd: string,
): Promise<Topology> {
  const { roots, gaps } = await loadTemplates(given, cwd)
  const builder = new TopologyBuilder()
  for (const gap of gaps) builder.gap(gap)
  const stacks = new Stacks(roots, (kind, at, explain) => builder.gap({ kind, at, explain }))
  const wiring = new Wiring(builder, stacks.all)
  const resources = [...stacks.all.values()].flatMap((stack) => resourcesOf(stack))
  read(resources, wiring)
  for (const stack of stacks.all.values()) nameUnread(stack)
  return builder.build(roots.map(({ name }) => name))
}

function resourcesOf(stack: Stack): Resource[] {
  return stack.logicalIds().flatMap((id) => {
    const type = stack.typeOf(id)
    if (type === undefined) nameTypeless(stack, id)
    // The properties of types that nobody reads are not looked at.
    const isRead = type !== undefined && Object.hasOwn(readers, type)
    return isRead ? (stack.resource(id) ?? []) : []
  })
}

function nameTypeless(stack: Stack, id: string): void {
  if (id.startsWith('Fn::')) {
    stack.gap('transform', id, 'the resources that it makes are not known')
  } else stack.gap('type', id, 'it has no Type')
}

/** Types that are nothing by themselves, or stand for what is named by them. */
const plain =
  /^AWS::(CloudFormation::(Stack|WaitCondition)|CDK::Metadata$|Lambda::(Alias|Version|Url))/

function nameUnread(stack: Stack): void {
  const counts = new Map<string, number>()
  for (const id of stack.logicalIds()) {
    const type = stack.typeOf(id)
    if (type === undefined || Object.hasOwn(readers, type) || plain.test(type)) continue
    const isAws = type.startsWith('AWS::') && !/CustomResource$|::MODULE$/.test(type)
    if (isAws) counts.set(type, (counts.get(type) ?? 0) + 1)
    else stack.gap('type', id, `what the ${type} does is not known`)
  }
  for (const [type, count] of counts) {
    const explain = count === 1 ? `a ${type} is not read` : `${count} ${type} are not read`
    stack.world.gap('type', stack.name, explain)
  }
}
