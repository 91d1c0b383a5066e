import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import type { TableChange } from '../aws/table-stream.js'
import type { JsonObject, JsonValue } from '../event/event.js'
import type { ShardRecord } from './shard-source.js'

const HEAD_BYTES = 200

/** What a change is told of where it was read. */
interface ChangePlace {
  /** How the table is named. */
  readonly place: string
  readonly shard: string
  /** Of the stream. */
  readonly arn: string
  /** What happened before is not wanted. */
  readonly fromMs: number
}

/** A change as Lambda is given it, which says the table. Attributes keep their types. */
export function tableChange(change: TableChange, at: ChangePlace): ShardRecord {
  const { SequenceNumber: sequence = '', ApproximateCreationDateTime: time } = change.dynamodb ?? {}
  const value = changeJson(change, at.arn)
  const text = Buffer.from(JSON.stringify(value))
  return {
    sequence,
    // Times of changes are whole seconds.
    isBefore: time !== undefined && time.getTime() < Math.floor(at.fromMs / 1_000) * 1_000,
    value: {
      value,
      position: { path: `${at.place}/${at.shard}/${sequence}`, record: 1 },
      sizeBytes: text.length,
      head: text.subarray(0, HEAD_BYTES),
    },
  }
}

function changeJson(change: TableChange, arn: string): JsonObject {
  const { eventID, eventName, eventVersion, eventSource, awsRegion, userIdentity } = change
  const {
    ApproximateCreationDateTime: time,
    Keys,
    NewImage,
    OldImage,
    ...rest
  } = change.dynamodb ?? {}
  return defined({
    ...{ eventID, eventName, eventVersion, eventSource, awsRegion },
    dynamodb: defined({
      ApproximateCreationDateTime: time && time.getTime() / 1_000,
      Keys: Keys && typedJson(Keys),
      NewImage: NewImage && typedJson(NewImage),
      OldImage: OldImage && typedJson(OldImage),
      ...{ SequenceNumber: rest.SequenceNumber, SizeBytes: rest.SizeBytes },
      StreamViewType: rest.StreamViewType,
    }),
    // What time to live deletes says so here.
    userIdentity:
      userIdentity && defined({ principalId: userIdentity.PrincipalId, type: userIdentity.Type }),
    eventSourceARN: arn,
  })
}

function defined(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const said = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  return Object.fromEntries(said)
}

function typedJson(item: Readonly<Record<string, AttributeValue>>): JsonObject {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, typed(value)]))
}

function typed(value: AttributeValue): JsonObject {
  if (value.M !== undefined) return { M: typedJson(value.M) }
  if (value.L !== undefined) return { L: value.L.map(typed) }
  if (value.B !== undefined) return { B: base64(value.B) }
  if (value.BS !== undefined) return { BS: value.BS.map(base64) }
  if (value.S !== undefined) return { S: value.S }
  if (value.N !== undefined) return { N: value.N }
  if (value.BOOL !== undefined) return { BOOL: value.BOOL }
  if (value.SS !== undefined) return { SS: [...value.SS] }
  if (value.NS !== undefined) return { NS: [...value.NS] }
  return { NULL: true }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
