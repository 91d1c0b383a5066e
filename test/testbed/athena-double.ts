import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parametersFault } from './athena-parameters.js'
import { bodyOf } from './body.js'

/** The rows of a statement, as texts, and null for NULL; DDL has none. */
export interface Executed {
  columns: { name: string; type: string; scale?: number }[]
  rows: (string | null)[][]
  scannedBytes: number
}

/** What runs the SQL. What it throws is why a query failed. */
export type Execute = (sql: string, values: readonly string[]) => Promise<Executed>

type Fields = Record<string, unknown>

interface Query {
  id: string
  sql: string
  token: string
  /** How often its state has been asked. */
  looks: number
  state: 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED'
  reason: string
  result: Promise<Executed | Error>
  scannedBytes: number
  request: Fields
}

class Refusal extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message)
  }
}

interface Table {
  columns: string[]
  partitions: string[]
  parameters: Record<string, string>
}

/**
 * Athena's API over the wire, as its documentation has it: queries are queued, run and end; their
 * results come in pages, the first with a row of the names of columns. SQL is run by `execute`; the
 * DDL that evt writes makes tables that it tells of.
 */
export class AthenaDouble {
  url = ''
  readonly calls: { operation: string; request: Fields }[] = []
  readonly workgroups = new Map<string, Fields>()
  readonly tables = new Map<string, Table>()
  /** So many of the next calls are throttled. */
  throttles = 0
  /** What a call fails by, in place of its answer. */
  refuses: (operation: string) => { type: string; message: string } | undefined = () => undefined
  /** Whether the answer to a call is lost, when it was done. */
  loses: (operation: string) => boolean = () => false
  /** How often a query is asked after before it ends. */
  looks = 2
  mostRows = 1_000
  /** Who is told of the DDL of tables and databases. */
  onDdl: (sql: string) => Promise<void> = async () => {}
  /** Whether results are no longer there. */
  isExpired = false
  private readonly queries = new Map<string, Query>()
  private readonly server = createServer(async (request, response) => {
    const bytes = await bodyOf(request)
    if (bytes === undefined) return
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? ''
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
      response.end(JSON.stringify(body))
    }
    try {
      const answer = await this.answer(operation, JSON.parse(bytes.toString()))
      if (this.loses(operation)) request.socket.destroy()
      else send(200, answer)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      send(400, { __type: error.type, Message: error.message, message: error.message })
    }
  })

  constructor(public execute: Execute) {}

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }

  /** The statements that were begun, in order. */
  get asked(): string[] {
    return [...this.queries.values()].map(({ sql }) => sql)
  }

  /** As somebody does in the console. */
  cancelAll(): void {
    for (const query of this.queries.values()) query.state = 'CANCELLED'
  }

  private async answer(operation: string, request: Fields): Promise<unknown> {
    this.calls.push({ operation, request })
    if (this.throttles > 0) {
      this.throttles -= 1
      throw new Refusal('TooManyRequestsException', 'Rate exceeded')
    }
    const refused = this.refuses(operation)
    if (refused) throw new Refusal(refused.type, refused.message)
    switch (operation) {
      case 'StartQueryExecution':
        return { QueryExecutionId: this.begin(request).id }
      case 'GetQueryExecution':
        return { QueryExecution: await this.look(this.query(request)) }
      case 'GetQueryResults':
        return this.results(request)
      case 'StopQueryExecution':
        Object.assign(this.query(request), { state: 'CANCELLED', reason: '' })
        return {}
      case 'GetWorkGroup':
        return { WorkGroup: this.workgroup(request) }
      case 'CreateWorkGroup':
        this.workgroups.set(String(request['Name']), request)
        return {}
      case 'DeleteWorkGroup':
        this.workgroups.delete(String(request['WorkGroup']))
        return {}
      case 'GetTableMetadata':
        return { TableMetadata: this.table(request) }
      default:
        throw new Refusal('InvalidRequestException', `${operation} is none of the double`)
    }
  }

  private begin(request: Fields): Query {
    const [sql, token] = [String(request['QueryString']), String(request['ClientRequestToken'])]
    const known = [...this.queries.values()].find((query) => query.token === token)
    if (known && known.sql !== sql) {
      throw new Refusal('InvalidRequestException', 'Idempotent parameters do not match')
    }
    if (known) return known
    const workgroup = this.workgroup({ WorkGroup: request['WorkGroup'] })
    if (!locationOf(workgroup['Configuration']) && !locationOf(request)) {
      const message = 'No output location provided. An output location is required'
      throw new Refusal('InvalidRequestException', message)
    }
    const values = (request['ExecutionParameters'] ?? []) as string[] // as it is typed
    const fault = parametersFault(sql, values)
    if (fault !== undefined) throw new Refusal('InvalidRequestException', fault)
    const result = this.run(sql, values).catch((error: unknown) => error as Error)
    const started = { id: randomUUID(), looks: 0, state: 'QUEUED' as const, reason: '' }
    const query: Query = { ...started, ...{ sql, token, result, scannedBytes: 0, request } }
    this.queries.set(query.id, query)
    return query
  }

  private async run(sql: string, values: readonly string[]): Promise<Executed> {
    const [, database, name, body = ''] =
      /^CREATE EXTERNAL TABLE IF NOT EXISTS `(\w+)`\.`(\w+)` \((.*)$/s.exec(sql) ?? []
    const none: Executed = { columns: [], rows: [], scannedBytes: 0 }
    if (/^(CREATE (EXTERNAL TABLE|DATABASE)|DROP (TABLE|VIEW))/.test(sql)) await this.onDdl(sql)
    if (name !== undefined) {
      this.tables.set(`${database}.${name}`, tableOf(body))
      return none
    }
    // Tables are Hive's, views are Trino's: each takes its own quotes alone.
    const [, dropped] =
      /^DROP TABLE IF EXISTS `(\w+`\.`\w+)`$/.exec(sql) ??
      /^DROP VIEW IF EXISTS "(\w+"\."\w+)"$/.exec(sql) ??
      []
    if (dropped !== undefined) {
      this.tables.delete(dropped.replaceAll(/[`"]/g, ''))
      return none
    }
    if (/^DROP /.test(sql)) throw new Error('Queries of this type are not supported')
    return /^CREATE DATABASE/.test(sql) ? none : await this.execute(sql, values)
  }

  private async look(query: Query): Promise<unknown> {
    query.looks += 1
    const isOver = query.state === 'CANCELLED'
    if (!isOver && query.looks > this.looks) await this.end(query)
    else if (!isOver && query.looks > 1) query.state = 'RUNNING'
    const { id, sql, state, reason, scannedBytes, request } = query
    return {
      ...{ QueryExecutionId: id, Query: sql, WorkGroup: request['WorkGroup'] },
      Status: { State: state, ...(reason !== '' && { StateChangeReason: reason }) },
      Statistics: { DataScannedInBytes: scannedBytes },
    }
  }

  private async end(query: Query): Promise<void> {
    const result = await query.result
    if (result instanceof Error) {
      Object.assign(query, { state: 'FAILED', reason: result.message })
      return
    }
    query.scannedBytes = result.scannedBytes
    const group = this.workgroups.get(String(query.request['WorkGroup']))
    const limit = Number((group?.['Configuration'] as Fields)?.['BytesScannedCutoffPerQuery'])
    const isOver = result.scannedBytes > limit
    query.state = isOver ? 'CANCELLED' : 'SUCCEEDED'
    if (isOver) query.reason = 'Bytes scanned limit was exceeded'
  }

  private async results(request: Fields): Promise<unknown> {
    const query = this.query(request)
    if (query.state !== 'SUCCEEDED') {
      const message = `Query has not yet finished. Current state: ${query.state}`
      throw new Refusal('InvalidRequestException', message)
    }
    const result = await query.result
    if (this.isExpired || result instanceof Error) {
      throw new Refusal('InvalidRequestException', 'Could not find results')
    }
    const names = result.columns.map(({ name }): string | null => name)
    const all = [names, ...result.rows]
    const from = Number(request['NextToken'] ?? 0)
    const until = from + Math.min(this.mostRows, Number(request['MaxResults'] ?? 1_000))
    return {
      ResultSet: {
        Rows: all.slice(from, until).map((row) => ({
          Data: row.map((text) => (text === null ? {} : { VarCharValue: text })),
        })),
        ResultSetMetadata: {
          ColumnInfo: result.columns.map(({ name: Name, type: Type, scale: Scale = 0 }) => ({
            ...{ Name, Type, Scale },
          })),
        },
      },
      ...(until < all.length && { NextToken: String(until) }),
    }
  }

  private query({ QueryExecutionId }: Fields): Query {
    const query = this.queries.get(String(QueryExecutionId))
    if (query) return query
    throw new Refusal('InvalidRequestException', `QueryExecution ${QueryExecutionId} was not found`)
  }

  private workgroup({ WorkGroup }: Fields): Fields {
    const group = this.workgroups.get(String(WorkGroup))
    if (group) return group
    throw new Refusal('InvalidRequestException', `WorkGroup ${WorkGroup} is not found.`)
  }

  private table({ DatabaseName, TableName }: Fields): unknown {
    const table = this.tables.get(`${DatabaseName}.${TableName}`)
    if (!table) throw new Refusal('MetadataException', `EntityNotFoundException: ${TableName}`)
    const named = (names: readonly string[]) => names.map((Name) => ({ Name, Type: 'string' }))
    return {
      Name: TableName,
      Columns: named(table.columns),
      PartitionKeys: named(table.partitions),
      Parameters: table.parameters,
    }
  }
}

function locationOf(configuration: unknown): unknown {
  const result = (configuration as Fields)?.['ResultConfiguration'] as Fields | undefined
  return result?.['OutputLocation']
}

function tableOf(body: string): Table {
  const names = (text = '') => [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
  const [columns = '', rest = ''] = body.split('\n)', 2)
  const properties = body.split('TBLPROPERTIES')[1] ?? ''
  const pairs = [...properties.matchAll(/'([^']*)' = '([^']*)'/g)]
  return {
    columns: names(columns),
    partitions: names(/PARTITIONED BY \(([^)]*)\)/.exec(rest)?.[1]),
    parameters: Object.fromEntries(pairs.map(([, name, value]) => [name, value])),
  }
}
