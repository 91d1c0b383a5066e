import { type Invocations, openInvocations } from '../aws/invoke.js'
import { failedCall } from './answers.js'
import type { OpenSink, Sent, Sink } from './sink.js'

/** What an invocation takes that is answered. */
const MOST_BYTES = 6_291_456
const iamActions = ['lambda:InvokeFunction']

/** Functions of Lambda, which are invoked with one body after the other. */
export const lambda: Sink = {
  name: 'lambda',
  writes: 'lambda://function, or its ARN',
  order: 'The next of a key is invoked when the one before has been answered.',
  repeated: 'Where an answer is lost, the function is invoked with the same once more.',
  cost: 'A request for each event, and the time that the function takes.',
  ...{ marks: 'document', callMs: 100 },
  iamActions,
  async open(address, { aws, signal }) {
    const name = address.replace(/^lambda:\/\//, '')
    return opened(await openInvocations(name, { ...aws, signal }), name)
  },
}

function opened(invocations: Invocations, name: string): OpenSink<string> {
  const { region } = invocations
  return {
    target: `the function ${name} in ${region}`,
    limits: { entries: 1, entryBytes: MOST_BYTES, batchBytes: MOST_BYTES },
    keepsOrder: true,
    price: { per: 'entry', unitBytes: MOST_BYTES, usdPerMillion: 0.2 },
    prepare: ({ body }) => ({ message: body, sizeBytes: Buffer.byteLength(body) }),
    async send(batch, signal) {
      try {
        return await Promise.all(batch.map((body) => invoked(invocations, body, signal)))
      } catch (error) {
        const call = { action: 'lambda:InvokeFunction', on: `the function ${name}`, signal }
        return failedCall(error, batch.length, { ...call, region: async () => region })
      }
    },
    close: () => invocations.close(),
  }
}

/** A function that fails on a body will fail on it again. */
async function invoked({ invoke }: Invocations, body: string, signal: AbortSignal): Promise<Sent> {
  const { FunctionError, $metadata, Payload } = await invoke(body, signal)
  if (FunctionError === undefined) {
    return { isSent: true, messageId: $metadata.requestId ?? '' }
  }
  const told = messageIn(Payload)
  const error = `the function failed (${FunctionError})${told === '' ? '' : `: ${told}`}`
  return { isSent: false, error, isTemporary: false, isOfAll: false }
}

function messageIn(payload: Uint8Array | undefined): string {
  try {
    const { errorMessage }: { errorMessage?: unknown } = JSON.parse(
      Buffer.from(payload ?? []).toString(),
    )
    return typeof errorMessage === 'string' ? (errorMessage.split('\n')[0] ?? '') : ''
  } catch {
    return ''
  }
}
