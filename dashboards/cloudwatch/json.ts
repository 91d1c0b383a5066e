import type { JsonValue } from '../../src/event/event.js'
import type { Unnamed } from './names.js'
import type { Body, Page, Variable } from './page.js'
import { filled, placeholdersIn, REGION } from './placeholder.js'

/** Where a region has to be named although none is known. */
const ANY_REGION = 'us-east-1'

const regions = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-west-1', 'eu-west-2', 'eu-west-3', 'eu-north-1', 'eu-south-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
]

/** Chosen above the dashboard, for who did not say it before. */
const regionVariable: Variable = {
  ...{ type: 'property', property: 'region', inputType: 'select', id: 'region' },
  ...{ label: 'region', visible: true, defaultValue: ANY_REGION },
  values: regions.map((value) => ({ value, label: value })),
}

/** Pages as CloudWatch takes them: in a region, and with logical ids where no name is known. */
export function plainPages(
  pages: readonly Page[],
  unnamed: readonly Unnamed[],
  region: string | undefined,
): Page[] {
  return pages.map(({ name, body }) => {
    const filledBody = plain(body, unnamed, region)
    if (region !== undefined) return { name, body: filledBody }
    const variables = [...(body.variables ?? []), regionVariable]
    return { name, body: { ...filledBody, variables } }
  })
}

/** The same of anything else. */
export function plain<T extends object>(
  value: T,
  unnamed: readonly Unnamed[],
  region: string | undefined,
): T {
  const names = new Map(unnamed.map(({ parameter, logicalId }) => [parameter, logicalId]))
  names.set(REGION, region ?? ANY_REGION)
  // What has a shape of its own is JSON as well.
  return filled(value as JsonValue, (parameter) => names.get(parameter) ?? parameter) as T
}

/** Those whose logical ids stand for names in it. */
export function stillUnnamed(value: Body | object, unnamed: readonly Unnamed[]): Unnamed[] {
  const used = new Set(placeholdersIn(value as JsonValue))
  return unnamed.filter(({ parameter }) => used.has(parameter))
}
