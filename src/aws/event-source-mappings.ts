import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** What it takes to learn of them. */
export const mappingActions = ['lambda:ListEventSourceMappings'] as const

/** A function of Lambda that a stream invokes, as one of its mappings has it. */
export interface InvokedFunction {
  readonly name: string
  /** Its version or alias, where one is invoked. */
  readonly qualifier: string | undefined
  /** As Lambda says: Enabled, Disabled, Creating and so on. */
  readonly state: string
  /** Why the last batch failed, in Lambda's words; undefined where it did not. */
  readonly problem: string | undefined
}

/**
 * The functions that streams, or consumers of streams, invoke.
 *
 * @param on how what they are of is named
 * @throws EvtError where Lambda cannot be asked
 */
export async function invokedBy(
  sourceArns: readonly string[],
  { signal, ...options }: AwsOptions & { readonly signal: AbortSignal },
  on: string,
): Promise<InvokedFunction[]> {
  const sdk = await import('@aws-sdk/client-lambda')
  const client = new sdk.LambdaClient(clientSettings(options))
  const found: InvokedFunction[] = []
  try {
    for (const EventSourceArn of sourceArns) {
      const paging = { client, signal } as const
      const pages = sdk.paginateListEventSourceMappings(paging, { EventSourceArn })
      for await (const { EventSourceMappings = [] } of pages) {
        found.push(...EventSourceMappings.map(functionOf))
      }
    }
    return found
  } catch (error) {
    const call = { action: mappingActions[0], on, needs: mappingActions, signal }
    throw await awsFailure(error, { ...call, region: client.config.region })
  } finally {
    client.destroy()
  }
}

function functionOf(mapping: EventSourceMappingConfiguration): InvokedFunction {
  const { FunctionArn: arn = '', State: state = '', LastProcessingResult: last = '' } = mapping
  const [, name = arn, qualifier] = /:function:([^:]+)(?::([^:]+))?$/.exec(arn) ?? []
  return { name, qualifier, state, problem: /^PROBLEM/.test(last) ? last : undefined }
}
