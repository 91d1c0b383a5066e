import { EvtError } from '../errors.js'
import type { HlogResult, HlogRowFigures } from '../stats/hlog/result.js'
import { distributionOf, type GateRow, latencyRow, type Measured } from './measured.js'

/** As evt has them. */
const UNIT = 'us'
const DIGITS = 3

/** The latencies of histogram logs; a tag is a type, as evt stats --hlog writes it.
 * @throws EvtError `usage` where its histograms are not such as evt's */
export function measuredOfLogs({ sources, total, tags, findings }: HlogResult): Measured {
  const name = sources.join(' ')
  const odd = [...(total ? [total] : []), ...tags].find(
    ({ unit, precision }) => unit !== UNIT || precision !== DIGITS,
  )
  if (odd) {
    const found = odd.unit === UNIT ? `${odd.precision} digits` : `values in ${odd.unit}`
    const wanted = odd.unit === UNIT ? `${DIGITS} digits` : 'microseconds'
    throw new EvtError(`${name} cannot be compared: its histograms have ${found}, not ${wanted}`, {
      code: 'usage',
      hint:
        odd.unit === UNIT ? undefined : 'write the log in microseconds, as evt stats --hlog does',
    })
  }
  if (total === null) {
    throw new EvtError(`${name} cannot be judged: its histograms have no total`, {
      code: 'usage',
      hint: findings[0]?.explain,
    })
  }
  return {
    total: gateRow(total),
    types: tags.flatMap((row) =>
      row.tag === null ? [] : [{ ...named(row.tag), ...gateRow(row) }],
    ),
  }
}

/** evt writes `source/type`, or the type alone. */
function named(tag: string): { source: string; type: string } {
  const at = tag.indexOf('/')
  return { source: tag.slice(0, Math.max(0, at)), type: tag.slice(at + 1) }
}

function gateRow({ latencyMs }: HlogRowFigures): GateRow {
  return {
    figures: latencyRow({ ...latencyMs, skewed: 0, overflow: 0 }),
    distribution: distributionOf(latencyMs.hdr),
    dependence: null,
  }
}
