import { Fault } from './events.js'
import { fieldsOf, rowNumber } from './fields.js'
import { type RecordShape, recordOf } from './records.js'
import { createTemplate, type Template } from './template.js'
import type { Workload } from './workload.js'

/** Makes the function that writes the record of a delivery as JSON, without a line's end. The prose
 * in a record is as long as its chain needs for a mean of `eventBytes`. */
export function createRecorder(workload: Workload, eventBytes: number): (d: number) => string {
  const { events, deliveries, rows } = workload
  const templates = new Map<number, Template>()
  const fillers = workload.settings.chains.map(() => Number.NaN)
  return (d) => {
    const row = rowNumber(workload, d)
    const hasCause = (events.cause[deliveries.event[d] ?? 0] ?? -1) >= 0
    const isReplay = deliveries.fault[d] === Fault.replay
    const number = row * 4 + (hasCause ? 2 : 0) + (isReplay ? 1 : 0)
    let template = templates.get(number)
    if (!template) {
      template = createTemplate(shapeOf(workload, row, isReplay), { hasCause })
      templates.set(number, template)
    }
    const chain = rows[row]?.chain ?? 0
    if (Number.isNaN(fillers[chain])) {
      fillers[chain] = Math.max(0, eventBytes - template(fieldsOf(workload, d, 0)).length)
    }
    return template(fieldsOf(workload, d, fillers[chain] ?? 0))
  }
}

/** A record with every field that one of its chain can have, to take the columns from. */
export function sampleRecord(workload: Workload): Record<string, unknown> {
  const shape = shapeOf(workload, rowNumber(workload, 0), true)
  // Seconds with a fraction are no column of integers.
  const receivedAtUs = 1_500_000
  return recordOf(shape, { ...fieldsOf(workload, 0, 1), receivedAtUs, causationId: '' })
}

function shapeOf({ rows, settings }: Workload, number: number, isReplay: boolean): RecordShape {
  const row = rows[number]
  const chain = settings.chains[row?.chain ?? 0]
  if (!row || !chain) throw new Error(`no row ${number}`)
  return { row, chain, isReplay }
}
