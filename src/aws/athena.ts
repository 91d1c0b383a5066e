import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { AthenaClient, ColumnInfo, QueryExecution, Row } from '@aws-sdk/client-athena'
import { EvtError } from '../errors.js'
import { queryFailure, resultsFailure } from './athena-failure.js'
import { clientSettings } from './client-settings.js'
import { awsFailure, isTemporary, ofSdk } from './failure.js'
import type { AwsOptions } from './options.js'

/** What asking Athena needs, beside reading the archive and writing the results in S3. */
const athenaActions = [
  ...['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'],
  ...['athena:StopQueryExecution', 'athena:GetWorkGroup', 'athena:GetTableMetadata'],
  ...['glue:GetTable', 'glue:GetDatabase'],
] as const

interface AthenaPlace extends AwsOptions {
  readonly workgroup: string
  readonly signal: AbortSignal
  /** How long after a look at a query it is looked at again, at first; then less often. */
  readonly firstLookMs?: number | undefined
}

/** A statement with `?` where values go, which are expressions of SQL. */
interface AthenaStatement {
  readonly sql: string
  readonly values?: readonly string[]
  readonly database?: string | undefined
  /** Where results go, where the workgroup does not say it. */
  readonly outputLocation?: string | undefined
}

export interface AskedQuery {
  readonly id: string
  readonly scannedBytes: number
}

/** How a query stands. */
export interface QueryState {
  readonly state: string
  readonly scannedBytes: number
}

interface WorkgroupState {
  readonly description: string | undefined
  readonly enforces: boolean
  readonly outputLocation: string | undefined
  readonly mostScannedBytes: number | undefined
}

export interface TableState {
  readonly columns: readonly string[]
  readonly partitions: readonly string[]
  readonly parameters: Readonly<Record<string, string>>
}

/** A page of results: of each column its name and type, of each row texts, and null for NULL. */
export interface ResultPage {
  readonly columns: readonly { name: string; type: string; scale: number }[]
  readonly rows: readonly (readonly (string | null)[])[]
}

/** Of a workgroup that evt made. */
export const OWN_DESCRIPTION = 'queries of evt on archives of events'

const MOST_SQL_BYTES = 262_144
const MOST_TRIES = 8
const FIRST_WAIT_MS = 200
const FIRST_LOOK_MS = 200
const MOST_LOOK_MS = 2_000

/** Athena, asked by one who pays. Each call throws an EvtError that says what failed. */
export class Athena {
  private constructor(
    private readonly sdk: typeof import('@aws-sdk/client-athena'),
    private readonly client: AthenaClient,
    private readonly place: AthenaPlace,
  ) {}

  static async open(place: AthenaPlace): Promise<Athena> {
    const sdk = await import('@aws-sdk/client-athena')
    return new Athena(sdk, new sdk.AthenaClient(clientSettings(place)), place)
  }

  close(): void {
    this.client.destroy()
  }

  /** The workgroup; null where there is none of its name. */
  async workgroup(): Promise<WorkgroupState | null> {
    const command = new this.sdk.GetWorkGroupCommand({ WorkGroup: this.place.workgroup })
    const answer = await this.orMissing(() => this.client.send(command), 'athena:GetWorkGroup')
    const config = answer?.WorkGroup?.Configuration
    if (!answer) return null
    return {
      description: answer.WorkGroup?.Description,
      enforces: config?.EnforceWorkGroupConfiguration === true,
      outputLocation: config?.ResultConfiguration?.OutputLocation,
      mostScannedBytes: config?.BytesScannedCutoffPerQuery,
    }
  }

  async makeWorkgroup(outputLocation: string, mostScannedBytes: number): Promise<void> {
    const command = new this.sdk.CreateWorkGroupCommand({
      Name: this.place.workgroup,
      Description: OWN_DESCRIPTION,
      Configuration: {
        EnforceWorkGroupConfiguration: true,
        PublishCloudWatchMetricsEnabled: false,
        BytesScannedCutoffPerQuery: mostScannedBytes,
        ResultConfiguration: { OutputLocation: outputLocation },
        EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
      },
      Tags: [{ Key: 'evt:owner', Value: 'evt' }],
    })
    await this.call(() => this.client.send(command), 'athena:CreateWorkGroup')
  }

  async dropWorkgroup(): Promise<void> {
    const command = new this.sdk.DeleteWorkGroupCommand({
      WorkGroup: this.place.workgroup,
      RecursiveDeleteOption: true,
    })
    await this.call(() => this.client.send(command), 'athena:DeleteWorkGroup')
  }

  /** A table or view, by the workgroup where that is there; null where there is none. */
  async table(database: string, name: string, isThere = true): Promise<TableState | null> {
    const command = new this.sdk.GetTableMetadataCommand({
      ...{ CatalogName: 'AwsDataCatalog', DatabaseName: database, TableName: name },
      ...(isThere && { WorkGroup: this.place.workgroup }),
    })
    const ask = () => this.client.send(command)
    const answer = await this.orMissing(ask, 'athena:GetTableMetadata')
    const table = answer?.TableMetadata
    if (!table) return null
    return {
      columns: (table.Columns ?? []).map(({ Name = '' }) => Name),
      partitions: (table.PartitionKeys ?? []).map(({ Name = '' }) => Name),
      parameters: table.Parameters ?? {},
    }
  }

  /**
   * Runs a statement to its end; when the signal aborts, it is stopped.
   *
   * @throws EvtError `usage` where the SQL is wrong or scans more than the workgroup lets it,
   * `interrupted`
   */
  async run(
    statement: AthenaStatement,
    onState: (state: QueryState) => void = () => {},
  ): Promise<AskedQuery> {
    const { signal, firstLookMs = FIRST_LOOK_MS } = this.place
    const id = await this.start(statement)
    for (let lookMs = firstLookMs; ; lookMs = Math.min(MOST_LOOK_MS, lookMs * 1.5)) {
      if (signal.aborted) throw await this.stopped(id)
      const execution = await this.look(id).catch(async (error: unknown) => {
        await this.stop(id)
        throw error
      })
      const state = execution.Status?.State ?? 'QUEUED'
      const scannedBytes = execution.Statistics?.DataScannedInBytes ?? 0
      onState({ state, scannedBytes })
      if (state === 'SUCCEEDED') return { id, scannedBytes }
      if (state === 'FAILED' || state === 'CANCELLED') throw queryFailure(execution)
      await wait(lookMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Pages of results, none more when the signal aborts; the row with names is left out. */
  async *pages(id: string): AsyncGenerator<ResultPage> {
    let NextToken: string | undefined
    let isFirst = true
    do {
      const command = new this.sdk.GetQueryResultsCommand({
        ...{ QueryExecutionId: id, MaxResults: 1_000 },
        ...(NextToken !== undefined && { NextToken }),
      })
      const send = () => this.client.send(command)
      const answer = await this.call(send, 'athena:GetQueryResults').catch(resultsFailure)
      const infos = answer.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []
      const rows = (answer.ResultSet?.Rows ?? []).map(textsOf)
      yield { columns: infos.map(columnOf), rows: isFirst ? rows.slice(1) : rows }
      isFirst = false
      NextToken = answer.NextToken
    } while (NextToken !== undefined && !this.place.signal.aborted)
  }

  private async start({ sql, values = [], ...where }: AthenaStatement): Promise<string> {
    const bytes = Buffer.byteLength(sql)
    if (bytes > MOST_SQL_BYTES) {
      const message = `the query is of ${bytes.toLocaleString('en')} bytes, more than Athena takes`
      throw new EvtError(message, { code: 'usage', hint: 'leave parts of the question out' })
    }
    // What is sent again, is the same query.
    const command = new this.sdk.StartQueryExecutionCommand({
      QueryString: sql,
      ClientRequestToken: randomUUID(),
      WorkGroup: this.place.workgroup,
      ...(values.length > 0 && { ExecutionParameters: [...values] }),
      ...(where.database !== undefined && { QueryExecutionContext: { Database: where.database } }),
      ...(where.outputLocation !== undefined && {
        ResultConfiguration: { OutputLocation: where.outputLocation },
      }),
      // It does not see that the archive grew.
      ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: false } },
    })
    const send = () => this.client.send(command)
    const { QueryExecutionId = '' } = await this.call(send, 'athena:StartQueryExecution')
    return QueryExecutionId
  }

  private async look(QueryExecutionId: string): Promise<QueryExecution> {
    const command = new this.sdk.GetQueryExecutionCommand({ QueryExecutionId })
    const answer = await this.call(() => this.client.send(command), 'athena:GetQueryExecution')
    return answer.QueryExecution ?? {}
  }

  /** Whether Athena says that it does. */
  private async stop(QueryExecutionId: string): Promise<boolean> {
    const command = new this.sdk.StopQueryExecutionCommand({ QueryExecutionId })
    return this.client.send(command).then(
      () => true,
      () => false,
    )
  }

  private async stopped(id: string): Promise<EvtError> {
    const what = (await this.stop(id)) ? 'the query is stopped' : `query ${id} may still run`
    const hint = 'what it has scanned is billed'
    return new EvtError(`interrupted: ${what}`, { code: 'interrupted', hint })
  }

  private async orMissing<T>(send: () => Promise<T>, action: string): Promise<T | null> {
    try {
      return await this.call(send, action)
    } catch (error) {
      const cause = ofSdk(error)
      const isGone = /not found|does not exist|EntityNotFound/i
      if (cause instanceof Error && isGone.test(`${cause.name} ${cause.message}`)) return null
      throw error
    }
  }

  /** Sends, again after a while where it may succeed then. */
  private async call<T>(send: () => Promise<T>, action: string): Promise<T> {
    const { signal, workgroup } = this.place
    for (let tries = 1, waitMs = FIRST_WAIT_MS; ; tries++, waitMs *= 2) {
      try {
        return await send()
      } catch (error) {
        if (tries < MOST_TRIES && !signal.aborted && isTemporary(error)) {
          await wait(waitMs, undefined, { signal }).catch(() => undefined)
          continue
        }
        const region = () => Promise.resolve(this.client.config.region())
        const on = `the workgroup ${workgroup}`
        throw await awsFailure(error, { action, on, region, needs: [...athenaActions] })
      }
    }
  }
}

function columnOf({ Name = '', Type = '', Scale = 0 }: ColumnInfo) {
  return { name: Name, type: Type, scale: Scale }
}

function textsOf({ Data = [] }: Row): (string | null)[] {
  return Data.map(({ VarCharValue }) => VarCharValue ?? null)
}
