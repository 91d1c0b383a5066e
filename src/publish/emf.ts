import { EvtError } from '../errors.js'
import type { Datum } from './datum.js'
import type { WindowDatums } from './datums.js'

/** The embedded metric format takes no more values of a metric in a line. */
const MOST_VALUES = 100

/**
 * Windows in CloudWatch's embedded metric format, a line each object: what a Lambda or a container
 * writes to its log becomes metrics.
 *
 * @throws EvtError `usage` for a dimension that has the name of another member of an object
 */
export function emfLines(windows: readonly WindowDatums[], namespace: string): string[] {
  return windows.flatMap(({ datums }) =>
    datums.flatMap((datum) =>
      parts(datum).map((part) => JSON.stringify(objectOf(part, namespace))),
    ),
  )
}

function parts(datum: Datum): Datum[] {
  const { values, counts } = datum
  return Array.from({ length: Math.ceil(values.length / MOST_VALUES) }, (_, n) => {
    const of = [n * MOST_VALUES, (n + 1) * MOST_VALUES] as const
    return { ...datum, values: values.slice(...of), counts: counts.slice(...of) }
  })
}

function objectOf({ metric, unit, dimensions, atMs, values, counts }: Datum, namespace: string) {
  const taken = dimensions.find(([name]) => name === '_aws' || name === metric)
  if (taken) {
    const [name] = taken
    throw new EvtError(`--dimension ${name}: the embedded metric format has ${name} for another`, {
      ...{ code: 'usage', hint: 'give it another name' },
    })
  }
  const isOne = values.length === 1 && counts[0] === 1
  return {
    _aws: {
      Timestamp: atMs,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [dimensions.map(([name]) => name)],
          Metrics: [{ Name: metric, Unit: unit }],
        },
      ],
    },
    ...Object.fromEntries(dimensions),
    [metric]: isOne ? values[0] : { Values: values, Counts: counts },
  }
}
