import type { AttributeValue, KeySchemaElement, TableDescription } from '@aws-sdk/client-dynamodb'
import { type OpenTable, openTable, type TableOptions } from '../aws/dynamodb.js'
import { EvtError } from '../errors.js'
import type { JsonObject } from '../event/event.js'

import { itemJson } from './item-json.js'

export const tableScheme = 'dynamodb-table://'

const tableName = /^(?:arn:[\w-]+:dynamodb:[\w-]+:\d{12}:table\/)?[\w.-]{3,255}$/

/** The attributes of a table's key. */
interface TableKey {
  partition: string
  type: 'S' | 'N'
  sort: string | undefined
}

/**
 * The item of an entity: the one whose partition key is the entity, as `kind:id`, else as its id
 * alone; null where there is none. `keys` are the names of the key's attributes.
 *
 * @throws EvtError `usage` where there is no such table, or several items have the key; `outside`
 * where it may not be read, or nobody answers
 */
export async function itemOf(
  table: string,
  entity: string,
  options: TableOptions,
): Promise<{ value: JsonObject | null; keys: readonly string[] }> {
  if (!tableName.test(table)) {
    throw new EvtError(`${JSON.stringify(table)} is no name of a table in DynamoDB`, {
      code: 'usage',
      hint: `write ${tableScheme} and a name or an ARN`,
    })
  }
  const opened = await openTable(table, options)
  const key = keyOf(table, await opened.describe())
  const keys = key.sort === undefined ? [key.partition] : [key.partition, key.sort]
  for (const value of partitionsOf(entity, key)) {
    const item = await itemAt(opened, key, value)
    if (item) return { value: itemJson(item), keys }
  }
  return { value: null, keys }
}

async function itemAt(
  table: OpenTable,
  { partition, sort }: TableKey,
  value: AttributeValue.SMember | AttributeValue.NMember,
): Promise<Record<string, AttributeValue> | undefined> {
  const [item, another] = await table.itemsAt(partition, value)
  if (!another || sort === undefined) return item
  throw new EvtError(
    `${table.name} has several items whose ${partition} is ${value.S ?? value.N}`,
    {
      code: 'usage',
      hint: `they differ in ${sort}: write the one that is meant to a file as JSON, --against FILE`,
    },
  )
}

/** A key that is a number is the id of an entity at most. */
function partitionsOf(entity: string, { type }: TableKey) {
  const id = entity.slice(entity.indexOf(':') + 1)
  if (type === 'S') return [{ S: entity }, { S: id }]
  return /^-?\d{1,38}$/.test(id) ? [{ N: id }] : []
}

function keyOf(table: string, { KeySchema = [], AttributeDefinitions = [] }: TableDescription) {
  const named = (type: KeySchemaElement['KeyType']) =>
    KeySchema.find(({ KeyType }) => KeyType === type)?.AttributeName
  const [partition = '', sort] = [named('HASH'), named('RANGE')]
  const type = AttributeDefinitions.find(({ AttributeName }) => AttributeName === partition)
  if (type?.AttributeType === 'S' || type?.AttributeType === 'N') {
    return { partition, type: type.AttributeType, sort }
  }
  throw new EvtError(`the key of ${table} is binary, which no entity is`, { code: 'usage' })
}
