import type { Flow } from '../config/flow.js'
import { quoteText } from '../engines/leaf-tree.js'
import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'
import { querySql } from './query.js'

/** Flows by name, as `flows:` in evt.yaml has them. */
export type Flows = Readonly<Record<string, Flow>>

/** The columns of the table `flows`, one row for each step, from 1. */
export const flowColumns = {
  flow: 'VARCHAR',
  step: 'BIGINT',
  type: 'VARCHAR',
  /** NULL where any time will do. */
  within_us: 'BIGINT',
} as const

/** The columns of the view `flow_steps` that no other relation has. */
export const flowStepColumns = ['run', 'after_pos', 'took_us', 'waited_us', 'state'] as const

/** All columns of the view `flow_steps`, in order. */
export const flowStepsColumns = [
  ...['flow', 'run', 'step', 'type', 'within_us', 'pos', 'after_pos', 'took_us', 'waited_us'],
  'state',
] as const

/** The rows of the table `flows`, as VALUES has them. */
export function flowRows(flows: Flows): string[] {
  return Object.entries(flows).flatMap(([flow, steps]) =>
    steps.map(
      ({ type, withinUs }, n) =>
        `(${quoteText(flow)}, ${n + 1}, ${quoteText(type)}, ${withinUs ?? 'NULL'})`,
    ),
  )
}

/** Makes the table `flows`, and the view `flow_steps` over it and the view `events`. */
export async function flowsSql(flows: Flows): Promise<string[]> {
  const rows = flowRows(flows)
  const columns = Object.entries(flowColumns).map(([name, type]) => `${name} ${type}`)
  return [
    `CREATE OR REPLACE TEMP TABLE flows (${columns.join(', ')})`,
    ...(rows.length === 0 ? [] : [`INSERT INTO flows VALUES ${rows.join(', ')}`]),
    `CREATE OR REPLACE TEMP VIEW flow_steps AS ${await querySql('stats/flow-steps')}`,
  ]
}

/**
 * @param asked the flow that a question is narrowed to, where it is
 * @throws EvtError `usage` where flows are asked about and there are none, or not this one
 */
export function checkFlows(
  looks: ReadonlyMap<string, unknown>,
  flows: Flows,
  asked: unknown = null,
): void {
  if (!looks.has('flows')) return
  const names = Object.keys(flows)
  if (names.length === 0) {
    throw new EvtError('there are no flows to ask about', {
      code: 'usage',
      hint:
        'say in evt.yaml what should follow what: ' +
        'flows: { pay: order.placed -> order.paid within 1h }\nevt help flows',
    })
  }
  if (typeof asked !== 'string' || Object.hasOwn(flows, asked)) return
  const meant = suggest(asked, names)
  throw new EvtError(`there is no flow ${JSON.stringify(asked)}`, {
    code: 'usage',
    hint: meant === undefined ? `there are ${names.join(', ')}` : `did you mean ${meant}?`,
  })
}
