import { setTimeout } from 'node:timers/promises'
import type { MetricDatum } from '@aws-sdk/client-cloudwatch'
import { clientSettings } from './client-settings.js'
import { awsFailure, failureOfAll, isRefused, isThrottled } from './failure.js'
import type { AwsOptions } from './options.js'

/** Tells CloudWatch metrics. */
export interface MetricWriter {
  /** The region that is told. */
  region(): Promise<string>
  /**
   * One call; throttled ones are tried again after a while that doubles.
   *
   * @param patience aborts that while; a call is short, and who interrupts does not want to wonder
   * about it
   * @returns whether CloudWatch surely took nothing, with why; undefined: it has them
   * @throws EvtError where nobody knows, or it failed otherwise
   */
  put(datums: MetricDatum[], patience: AbortSignal): Promise<{ refused: unknown } | undefined>
  close(): void
}

const ACTION = 'cloudwatch:PutMetricData'
const MOST_ATTEMPTS = 8
const FIRST_WAIT_MS = 250

export async function openMetricWriter(
  namespace: string,
  options: AwsOptions,
): Promise<MetricWriter> {
  const sdk = await import('@aws-sdk/client-cloudwatch')
  // A call whose answer was lost is not made again: it would count twice.
  const client = new sdk.CloudWatchClient({ ...clientSettings(options), maxAttempts: 1 })
  const region = () => client.config.region()
  const failed = (error: unknown) =>
    awsFailure(error, { action: ACTION, on: `the namespace ${namespace}`, region })
  return {
    region: () => region().catch(async (error) => Promise.reject(await failed(error))),
    async put(MetricData, patience) {
      const command = new sdk.PutMetricDataCommand({ Namespace: namespace, MetricData })
      for (let attempt = 1, waitMs = FIRST_WAIT_MS; ; attempt++, waitMs *= 2) {
        try {
          await client.send(command)
          return undefined
        } catch (error) {
          const mayWait = isThrottled(error) && attempt < MOST_ATTEMPTS && !patience.aborted
          if (!mayWait && (isRefused(error) || isThrottled(error) || isUnsent(error))) {
            return { refused: await failed(error) }
          }
          if (!mayWait) throw await failed(error)
          await setTimeout(waitMs, undefined, { signal: patience }).catch(() => undefined)
          if (patience.aborted) return { refused: await failed(error) }
        }
      }
    },
    close: () => client.destroy(),
  }
}

/** Whether the call surely left for nobody: there is nobody to call as, or no connection. */
function isUnsent(error: unknown): boolean {
  if (failureOfAll(error)) return true
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$/.test(code)
}
