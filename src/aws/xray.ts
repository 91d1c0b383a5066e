import { EvtError } from '../errors.js'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** X-Ray takes so many ids of traces in one call. */
const MOST_IDS = 5

const xrayAction = 'xray:BatchGetTraces'

/** A segment of a trace: its document is JSON text, as the service that wrote it made it. */
interface XrayDocument {
  readonly traceId: string
  readonly document: string
}

interface XrayAnswer {
  readonly documents: readonly XrayDocument[]
  /** Traces that X-Ray did not look for. */
  readonly unasked: readonly string[]
  /** What ended it early. */
  readonly failure: EvtError | undefined
}

/**
 * The segments of these traces, as far as X-Ray has them: it keeps traces for 30 days, and of those
 * that are sampled alone. Traces that it leaves unprocessed are asked for once more.
 *
 * @param traceIds such as `1-58406520-a006649127e371903a2de979`
 */
export async function xrayDocuments(
  traceIds: readonly string[],
  options: AwsOptions & { signal: AbortSignal },
): Promise<XrayAnswer> {
  const sdk = await import('@aws-sdk/client-xray')
  const client = new sdk.XRayClient(clientSettings(options))
  const { signal } = options
  const documents: XrayDocument[] = []
  const unanswered = new Set(traceIds)
  const ask = async (ids: readonly string[]) => {
    const unprocessed = new Set<string>()
    for (let from = 0; from < ids.length; from += MOST_IDS) {
      const TraceIds = ids.slice(from, from + MOST_IDS)
      let NextToken: string | undefined
      do {
        const command = new sdk.BatchGetTracesCommand({ TraceIds, NextToken })
        const answer = await client.send(command, { abortSignal: signal })
        for (const id of answer.UnprocessedTraceIds ?? []) unprocessed.add(id)
        for (const { Id: traceId = '', Segments = [] } of answer.Traces ?? []) {
          for (const { Document } of Segments) {
            if (Document !== undefined) documents.push({ traceId, document: Document })
          }
        }
        NextToken = answer.NextToken
      } while (NextToken !== undefined)
      for (const id of TraceIds) if (!unprocessed.has(id)) unanswered.delete(id)
    }
    return [...unprocessed]
  }
  try {
    const unprocessed = await ask(traceIds)
    if (unprocessed.length > 0) await ask(unprocessed)
    return { documents, unasked: [...unanswered], failure: undefined }
  } catch (error) {
    const { region } = client.config
    const failure = await awsFailure(error, { action: xrayAction, on: 'X-Ray', region, signal })
    if (!(failure instanceof EvtError)) throw failure
    return { documents, unasked: [...unanswered], failure }
  } finally {
    client.destroy()
  }
}
