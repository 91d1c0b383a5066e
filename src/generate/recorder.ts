import { Fault } from './events.js'
import { type Fields, fieldsOf } from './fields.js'
import { type Member, recordOf } from './records.js'
import { createTemplate, hasTemplate, type Template } from './template.js'
import { chainOf, rowNumber, type Workload } from './workload.js'
import type { BadEntry } from './wrap.js'

/** Writes the record of the deliveries of one batch as JSON, without a line's end. */
export type Recorder = (batch: readonly number[], bad?: BadEntry) => string

/** The prose in a record is as long as its chain needs for a mean of `eventBytes` a delivery. */
export function createRecorder(workload: Workload, eventBytes: number): Recorder {
  const textOf = createWriter(workload)
  const { chains } = workload.settings
  const fillers = chains.map(() => Number.NaN)
  return (batch, bad) => {
    const chain = chainNumber(workload, batch[0] ?? 0)
    if (Number.isNaN(fillers[chain])) {
      const bare = batch.slice(0, 1).map((d) => ({ d, fields: fieldsOf(workload, d, 0) }))
      fillers[chain] = Math.max(0, eventBytes - textOf(bare).length)
    }
    const filler = fillers[chain] ?? 0
    return textOf(
      batch.map((d) => ({ d, fields: fieldsOf(workload, d, filler) })),
      bad,
    )
  }
}

/** A record with every field that one of its chain can have, to take the columns from. */
export function sampleRecord(workload: Workload): Record<string, unknown> {
  // Seconds with a fraction are no column of integers.
  const receivedAtUs = 1_500_000
  const fields = { ...fieldsOf(workload, 0, 1), receivedAtUs, causationId: '' }
  return recordOf(chainOf(workload, 0), [{ ...memberOf(workload, 0, fields), isReplay: true }])
}

interface Filled {
  readonly d: number
  readonly fields: Fields
}

function createWriter(workload: Workload) {
  const templates = new Map<number, Template>()
  return (batch: readonly Filled[], bad?: BadEntry): string => {
    const [first] = batch
    const chain = chainOf(workload, first?.d ?? 0)
    if (!first || !hasTemplate(chain)) {
      const members = batch.map(({ d, fields }) => memberOf(workload, d, fields))
      return JSON.stringify(recordOf(chain, members, bad))
    }
    const { d, fields } = first
    const { row, isReplay } = memberOf(workload, d, fields)
    const hasCause = fields.causationId !== null
    const number = rowNumber(workload, d) * 4 + (hasCause ? 2 : 0) + (isReplay ? 1 : 0)
    const template = templates.get(number) ?? createTemplate({ row, chain, isReplay }, { hasCause })
    templates.set(number, template)
    return template(fields)
  }
}

function memberOf(workload: Workload, d: number, fields: Fields): Member {
  const row = workload.rows[rowNumber(workload, d)]
  if (!row) throw new Error(`no row of delivery ${d}`)
  return { row, isReplay: workload.deliveries.fault[d] === Fault.replay, fields }
}

function chainNumber(workload: Workload, d: number): number {
  return workload.rows[rowNumber(workload, d)]?.chain ?? 0
}
