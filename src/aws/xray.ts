import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** X-Ray takes so many ids of traces in one call. */
const MOST_IDS = 5

const xrayAction = 'xray:BatchGetTraces'

/** A segment of a trace: its document is JSON text, as the service that wrote it made it. */
export interface XrayDocument {
  readonly traceId: string
  readonly document: string
}

/**
 * The segments of these traces, as far as X-Ray has them: it keeps traces for 30 days, and of those
 * that are sampled alone.
 *
 * @param traceIds such as `1-58406520-a006649127e371903a2de979`
 * @throws EvtError that says what failed
 */
export async function xrayDocuments(
  traceIds: readonly string[],
  options: AwsOptions & { signal: AbortSignal },
): Promise<XrayDocument[]> {
  const sdk = await import('@aws-sdk/client-xray')
  const client = new sdk.XRayClient(clientSettings(options))
  const { signal } = options
  const found: XrayDocument[] = []
  try {
    for (let from = 0; from < traceIds.length; from += MOST_IDS) {
      const TraceIds = traceIds.slice(from, from + MOST_IDS)
      let NextToken: string | undefined
      do {
        const command = new sdk.BatchGetTracesCommand({ TraceIds, NextToken })
        const answer = await client.send(command, { abortSignal: signal })
        for (const { Id: traceId = '', Segments = [] } of answer.Traces ?? []) {
          for (const { Document } of Segments) {
            if (Document !== undefined) found.push({ traceId, document: Document })
          }
        }
        NextToken = answer.NextToken
      } while (NextToken !== undefined)
    }
    return found
  } catch (error) {
    const { region } = client.config
    throw await awsFailure(error, { action: xrayAction, on: 'X-Ray', region, signal })
  } finally {
    client.destroy()
  }
}
