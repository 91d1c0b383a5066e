import { randomUUID } from 'node:crypto'
import type { SinkEntry } from '../../sinks/sink.js'
import { Fault } from '../events.js'
import { fieldsOf } from '../fields.js'
import { partOf } from '../records.js'
import { chainOf, rowNumber, type Workload } from '../workload.js'

/** A delivery as it is sent. */
export interface LiveMessage extends SinkEntry {
  /** Its index among the deliveries. */
  readonly delivery: number
  readonly id: string
  readonly sequence: number
}

export interface MessageShape {
  /** How many layers of the chain the service puts around it. */
  readonly outer: number
  /** Whether the id is also in the payload. */
  readonly withId: boolean
  /** Aimed at, as mean size. */
  readonly eventBytes: number
}

/** Makes the message of a delivery, with the time that its event has by then. */
export function createMessages(
  workload: Workload,
  { outer, withId, eventBytes }: MessageShape,
): (delivery: number) => LiveMessage {
  // A FIFO queue would drop what another run has sent with the same id.
  const run = randomUUID()
  let filler = 0
  const messageOf = (delivery: number): LiveMessage => {
    const fields = fieldsOf(workload, delivery, filler)
    const row = workload.rows[rowNumber(workload, delivery)]
    if (!row) throw new Error(`no row of delivery ${delivery}`)
    const part = partOf(chainOf(workload, delivery), [{ row, isReplay: false, fields }], {
      ...{ outer, withId },
    })
    const body = part.body === undefined ? JSON.stringify(part.document) : textOf(part.body)
    const { id, timeUs, key, sequence } = fields
    return {
      ...{ delivery, body, attributes: part.headers ?? {}, id, timeUs, key, sequence },
      ...{ source: row.source, type: row.type, sendId: `${run}-${delivery}` },
    }
  }
  filler = Math.max(0, eventBytes - messageOf(0).body.length)
  return messageOf
}

/** Why a delivery is there, or not where it belongs; null where nothing is planted. */
export function plantedFault({ events, deliveries }: Workload, delivery: number): string | null {
  const again = deliveries.fault[delivery] ?? 0
  const event = deliveries.event[delivery] ?? 0
  const code = again === Fault.none ? events.fault[event] : again
  if (code === Fault.reordered) return 'reordered'
  if (again === Fault.none) return null
  const [name = null] = Object.entries(Fault).find(([, value]) => value === again) ?? []
  return name
}

function textOf(body: Buffer | string): string {
  return typeof body === 'string' ? body : body.toString('base64')
}
