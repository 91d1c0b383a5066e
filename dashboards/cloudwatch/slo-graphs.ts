import type { Slo } from '../../src/config/slo.js'
import { type Published, typeDimensions } from './evt-graphs.js'
import type { Graph, Metric, Series, StaticAlarm } from './graph.js'
import { metricsOf } from './part.js'

/** A promise, and how quickly what may fail of it is used up. */
export interface SloGraph {
  readonly name: string
  readonly slo: Slo
  readonly graph: Graph
  readonly burns: readonly Burn[]
}

/** So much of the budget in so long a time; both windows have to say so, which ends it soon after
 * what was wrong has ended (Google, The Site Reliability Workbook, chapter 5). */
interface Burn {
  readonly what: string
  readonly explain: string
  readonly long: StaticAlarm
  readonly short: StaticAlarm
}

const windows = [
  { budgetPercent: 2, longS: 3_600, shortS: 300, words: ['1 h', '5 min'] },
  { budgetPercent: 5, longS: 21_600, shortS: 1_800, words: ['6 h', '30 min'] },
  { budgetPercent: 10, longS: 86_400, shortS: 7_200, words: ['1 d', '2 h'] },
] as const

const DAY_S = 86_400

export function sloGraph(name: string, slo: Slo, published: Published): SloGraph {
  const series = shareAsPromised(slo, published)
  const burns = windows.flatMap((each): Burn[] => {
    const { budgetPercent, longS, shortS, words } = each
    const rate = (budgetPercent / 100) * ((slo.days * DAY_S) / longS)
    const threshold = rounded(100 - rate * (100 - slo.percent))
    // So much more than all events cannot fail; and slower than the budget is no burning.
    if (threshold <= 0 || rate <= 1) return []
    const [longText, shortText] = words
    const what = `burn-${longText.replace(' ', '')}`
    const explain =
      `${budgetPercent}% of what may fail in ${slo.days} d failed in ${longText}, and it goes on ` +
      `(${slo.text})`
    const part = (suffix: string, text: string, periodS: number): StaticAlarm => ({
      ...{ kind: 'static', what: `${what}-${suffix}`, series, threshold, periodS, isPart: true },
      ...{ operator: 'LessThanThreshold', datapoints: 1, periods: 1, missing: 'notBreaching' },
      explain: `less than ${threshold}% were as promised in ${text}`,
    })
    const long = part('long', longText, longS)
    const short = part('short', shortText, shortS)
    return [{ what, explain, long, short }]
  })
  return {
    ...{ name, slo, burns },
    graph: {
      ...{ title: `Promise: ${slo.text}`, series: [series], periodS: 300, unit: '%' },
      lines: [{ value: slo.percent, label: 'promised' }],
      alarms: burns.flatMap(({ long, short }) => [long, short]),
    },
  }
}

/** As JSON and people write it: 100 - 14.4 × 0.1 is 98.56. */
function rounded(percent: number): number {
  return Number(percent.toFixed(6))
}

function shareAsPromised({ good, type }: Slo, { namespace, dimensions }: Published): Series {
  const metric = metricsOf(namespace, [...dimensions, ...(type ? typeDimensions(type) : [])])
  if (good.kind === 'latency') {
    return metric('Latency', `PR(:${good.limitMs})`, `within ${good.limitMs} ms, %`)
  }
  const [bad, all, label] =
    good.kind === 'once'
      ? (['Duplicates', 'Deliveries', 'without duplicates, %'] as const)
      : (['Reordered', 'Receptions', 'in order, %'] as const)
  const of: Metric[] = [metric(bad, 'Sum', bad), metric(all, 'Sum', all)]
  return { expression: 'IF(m2 > 0, 100 - 100 * m1 / m2, 100)', label, of }
}
