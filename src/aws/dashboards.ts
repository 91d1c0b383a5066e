import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** Dashboards of an account. */
export interface DashboardStore {
  region(): Promise<string>
  /** Names that begin so, in their order. */
  names(prefix: string): Promise<string[]>
  /** The body as it is kept; undefined where there is no such dashboard. */
  body(name: string): Promise<string | undefined>
  /** Replaces the whole. @returns what CloudWatch does not like of it */
  put(name: string, body: string): Promise<string[]>
  close(): void
}

/** What it does may be done twice: replaced is replaced. */
const MOST_ATTEMPTS = 8

export async function openDashboards(
  options: AwsOptions & { signal: AbortSignal },
): Promise<DashboardStore> {
  const sdk = await import('@aws-sdk/client-cloudwatch')
  const client = new sdk.CloudWatchClient({
    ...clientSettings(options),
    maxAttempts: MOST_ATTEMPTS,
  })
  const abortSignal = options.signal
  const region = () => client.config.region()
  const failed = (error: unknown, action: string, on: string) =>
    awsFailure(error, { action: `cloudwatch:${action}`, on, region, signal: options.signal })
  const all = 'the dashboards of the account'
  return {
    region: () => region().catch(async (error) => Promise.reject(await failed(error, '', all))),
    async names(DashboardNamePrefix) {
      try {
        const pages = sdk.paginateListDashboards({ client }, { DashboardNamePrefix })
        const names: string[] = []
        for await (const { DashboardEntries = [] } of pages) {
          names.push(...DashboardEntries.flatMap(({ DashboardName }) => DashboardName ?? []))
        }
        return names.sort()
      } catch (error) {
        throw await failed(error, 'ListDashboards', all)
      }
    },
    async body(DashboardName) {
      try {
        const command = new sdk.GetDashboardCommand({ DashboardName })
        return (await client.send(command, { abortSignal })).DashboardBody
      } catch (error) {
        if (isAbsent(error)) return undefined
        throw await failed(error, 'GetDashboard', `the dashboard ${DashboardName}`)
      }
    },
    async put(DashboardName, DashboardBody) {
      try {
        const command = new sdk.PutDashboardCommand({ DashboardName, DashboardBody })
        const { DashboardValidationMessages = [] } = await client.send(command, { abortSignal })
        return DashboardValidationMessages.map(({ DataPath = '', Message = '' }) => {
          return `${DataPath}: ${Message}`
        })
      } catch (error) {
        throw await failed(error, 'PutDashboard', `the dashboard ${DashboardName}`)
      }
    },
    close: () => client.destroy(),
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && /^(DashboardNotFoundError|ResourceNotFound)/.test(error.name)
}
