import { type CheckpointLine, RECORDING, type RecordedLine } from '../envelopes/recording.js'
import type { JsonObject, Position } from '../event/event.js'
import { jsonText } from '../event/json.js'
import type { Captured } from './capture.js'

interface LineOf {
  recording: string
  n: number
  observedAtUs: number
  source: string
  /** Whether it is to be acknowledged. */
  isHeld: boolean
}

/** Where a record was read. */
export function positionOf({ first }: Pick<Captured, 'first'>): Position {
  return first.kind === 'event' ? first.event.position : first.undecodable.position
}

export function sizeOf({ record, first }: Captured): number {
  if (record) return record.sizeBytes
  return first.kind === 'event' ? first.event.sizeBytes : first.undecodable.sizeBytes
}

/** A record as a line of a recording. */
export function recordLine(captured: Captured, of: LineOf): string {
  const { recording, n, observedAtUs, source, isHeld } = of
  const { path, record } = positionOf(captured)
  const line: RecordedLine = {
    ...{ evt: RECORDING, recording, n, observedAt: observedAtUs, source },
    ...{ at: [path, record], bytes: sizeOf(captured) },
    ...(isHeld && { held: true }),
    ...contentOf(captured),
  }
  return `${jsonText(line as unknown as JsonObject)}\n`
}

function contentOf({ record, first }: Captured): Pick<RecordedLine, 'records' | 'undecodable'> {
  if (record) return { records: [record.value as JsonObject] } // no tap decodes anything else
  if (first.kind === 'event') return {}
  const { reason, detail, head } = first.undecodable
  return { undecodable: { reason, detail, head: Buffer.from(head).toString('base64') } }
}

export function checkpointLine(line: Omit<CheckpointLine, 'evt'>): string {
  return `${jsonText({ evt: RECORDING, ...line })}\n`
}
