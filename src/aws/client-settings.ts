import type { AwsOptions } from './options.js'

/** What the clients of all services share: the SDK's chain of credentials, and few attempts. */
export function clientSettings({ profile, region, endpointUrl }: AwsOptions) {
  // The SDK would say on stderr, once a run, for how long it will support this Node.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    maxAttempts: 3,
    // Without the last, the SDK would warn after that time, and wait on.
    requestHandler: {
      ...{ connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
    },
  }
}
