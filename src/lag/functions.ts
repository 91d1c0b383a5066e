import type { Metric, MetricPoint } from '../aws/cloudwatch.js'
import { type InvokedFunction, invokedBy, mappingActions } from '../aws/event-source-mappings.js'
import { durationText } from '../stats/findings/phrases.js'
import type { Asking, Measured } from './kind.js'
import { knownOf } from './known.js'
import type { StreamFunction } from './result.js'

/** How near retention is to what a function is at, of all that it grants, where it is said. */
const NEAR_RETENTION = 0.1

interface Functions {
  readonly invoked: readonly InvokedFunction[]
  /** What is known of each; null where they are not known. */
  rows(ages: readonly (readonly MetricPoint[])[]): StreamFunction[] | null
  /** Why they are not known, where that is no gap. */
  readonly unknown: Measured['findings']
}

/** The functions that a stream, or a consumer of it, invokes. Where Lambda cannot be asked that is
 * a gap; who may not ask it has all else that was asked for, and is told so. */
export async function functionsOf(
  sourceArns: readonly string[],
  { aws, gap, source }: Asking,
): Promise<Functions> {
  const denied = `${mappingActions[0]} is not allowed`
  const ask = () => invokedBy(sourceArns, aws, `the functions of ${source}`)
  const { found, unknown } = await knownOf('its functions', denied, ask, gap)
  const rows: Functions['rows'] = (ages) =>
    found === undefined ? null : found.map((one, n) => functionRow(one, ages[n]))
  return { invoked: found ?? [], rows, unknown }
}

/** The age of the last record of each batch when the function got it. Lambda has one figure a
 * function, or alias: of one that several streams invoke, of that which is furthest behind. */
export function ageMetric({ name, qualifier }: InvokedFunction): Metric {
  const resource = qualifier === undefined ? {} : { Resource: `${name}:${qualifier}` }
  return {
    ...{ namespace: 'AWS/Lambda', name: 'IteratorAge', statistic: 'Maximum' },
    dimensions: { FunctionName: name, ...resource },
  }
}

function functionRow(
  { name, qualifier, state, problem }: InvokedFunction,
  ages: readonly MetricPoint[] = [],
): StreamFunction {
  const isEnabled = !/^(?:Disabl|Delet)/.test(state)
  const behindMs = isEnabled ? (ages.at(-1)?.value ?? null) : null
  const qualified = qualifier === undefined ? name : `${name}:${qualifier}`
  return { name: qualified, isEnabled, behindMs, problem: problem ?? null }
}

/** What is wrong with functions that a stream invokes. */
export function functionFindings(
  functions: readonly StreamFunction[],
  retentionMs: number,
): Measured['findings'] {
  return functions.flatMap(({ name, isEnabled, behindMs, problem }): Measured['findings'] => {
    if (!isEnabled) {
      const explain = `the function ${name} gets nothing: its mapping is disabled`
      return [{ kind: 'disabled', severity: 'warning', explain }]
    }
    const found: Measured['findings'][number][] = []
    const lossInMs = behindMs ? Math.max(0, retentionMs - behindMs) : null
    if (lossInMs !== null && lossInMs <= retentionMs * NEAR_RETENTION) {
      const when = lossInMs === 0 ? 'now' : `in ${durationText(lossInMs)}`
      const explain = `${when} retention removes what the function ${name} has not got`
      found.push({ kind: 'loss', severity: 'fault', explain })
    }
    if (problem !== null) {
      const explain = `the function ${name} fails, and holds up its shards: ${problem}`
      found.push({ kind: 'failed', severity: 'fault', explain })
    }
    return found
  })
}
