import type { KinesisClient } from '@aws-sdk/client-kinesis'
import { EvtError } from '../errors.js'
import { clientSettings } from './client-settings.js'
import type { AwsOptions } from './options.js'

type Sdk = typeof import('@aws-sdk/client-kinesis')
type Version = '1' | '2'

/** A client of Kinesis, made ready without asking anybody.
 *
 * @param options with how often the SDK tries a call by itself; as usual if unsaid */
export async function openKinesis(
  options: AwsOptions & { readonly maxAttempts?: number },
): Promise<{ readonly sdk: Sdk; readonly client: KinesisClient }> {
  const settings = clientSettings(options)
  const sdk = await import('@aws-sdk/client-kinesis')
  const requestHandler = await handlerOf(options, settings.requestHandler)
  const { maxAttempts = settings.maxAttempts } = options
  return { sdk, client: new sdk.KinesisClient({ ...settings, requestHandler, maxAttempts }) }
}

async function handlerOf(
  { endpointUrl }: AwsOptions,
  timeouts: ReturnType<typeof clientSettings>['requestHandler'],
) {
  const version = httpVersion(endpointUrl, process.env)
  const { NodeHttpHandler, NodeHttp2Handler } = await import('@smithy/node-http-handler')
  // Subscriptions have connections of their own; other calls share one.
  if (version === '2') return new NodeHttp2Handler({ requestTimeout: timeouts.requestTimeout })
  // Each shard that is read may have a call under way.
  return new NodeHttpHandler({ ...timeouts, httpAgent: agent, httpsAgent: agent })
}

const agent = { maxSockets: 200, keepAlive: true } as const

/**
 * HTTP/2, which subscriptions need at AWS; emulators, reached by http://, speak HTTP/1.1.
 * `EVT_KINESIS_HTTP` says otherwise.
 *
 * @throws EvtError `usage` where that is no version
 */
export function httpVersion(
  endpointUrl: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Version {
  const { EVT_KINESIS_HTTP: asked, AWS_ENDPOINT_URL_KINESIS, AWS_ENDPOINT_URL } = env
  if (asked === '1' || asked === '2') return asked
  if (asked !== undefined && asked !== '') {
    throw new EvtError(`EVT_KINESIS_HTTP=${asked} is no version of HTTP that evt speaks`, {
      code: 'usage',
      hint: 'set it to 1 or 2, or not at all',
    })
  }
  const endpoint = endpointUrl ?? AWS_ENDPOINT_URL_KINESIS ?? AWS_ENDPOINT_URL
  return endpoint?.startsWith('http://') ? '1' : '2'
}
