import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pythonWithMoto } from '../../scripts/testbed.mjs'
import { freePort } from './free-port.js'

/** For `describeWith`: the Python that moto runs by, where this machine has one. */
export const python: string | undefined = pythonWithMoto()

const REGION = 'eu-west-1'
/** Of a process that talks to moto. */
const credentials = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_EC2_METADATA_DISABLED: 'true',
}

/** A call by an independent client (boto3): `call('sqs', 'create_queue', { QueueName: 'a' })`. */
type Call = (
  service: string,
  operation: string,
  params?: Record<string, unknown>,
) => Promise<Record<string, unknown>>

export interface Moto {
  readonly url: string
  readonly region: string
  /** What evt needs in its environment to reach it. */
  readonly env: Readonly<Record<string, string>>
  readonly call: Call
  /** Forgets all that was made. */
  reset(): Promise<void>
  stop(): Promise<void>
}

/** AWS over the wire, on loopback, with nothing in it. */
export async function startMoto(): Promise<Moto> {
  if (python === undefined) throw new Error('there is no moto on this machine')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const environment = { ...process.env, ...credentials }
  const args = [beside('moto-server.py'), '-H', '127.0.0.1', '-p', `${port}`]
  const server = spawn(python, args, { stdio: 'ignore', env: environment })
  await answering(url, server)
  const boto = spawn(python, [beside('boto.py'), url, REGION], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: environment,
  })
  return {
    ...{ url, region: REGION, env: { ...credentials, AWS_ENDPOINT_URL: url } },
    call: callsOf(boto),
    async reset() {
      await fetch(`${url}/moto-api/reset`, { method: 'POST' })
    },
    async stop() {
      boto.stdin?.end()
      server.kill('SIGKILL')
      await once(server, 'exit')
    },
  }
}

const beside = (script: string) => fileURLToPath(new URL(script, import.meta.url))

function callsOf({ stdin, stdout }: ChildProcess): Call {
  if (!stdin || !stdout) throw new Error('boto.py has no pipes')
  const answers = createInterface({ input: stdout })[Symbol.asyncIterator]()
  let last: Promise<unknown> = Promise.resolve()
  return (service, operation, params = {}) => {
    const answer = last.then(async () => {
      stdin.write(`${JSON.stringify({ service, operation, params })}\n`)
      const { ok, error } = JSON.parse((await answers.next()).value as string)
      if (error !== undefined) throw new Error(`${service} ${operation}: ${error}`)
      return ok as Record<string, unknown>
    })
    last = answer.catch(() => undefined)
    return answer
  }
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (server.exitCode !== null) throw new Error('moto ended as it began')
    const answer = await fetch(`${url}/moto-api/data.json`).catch(() => undefined)
    if (answer?.ok) return
    await setTimeout(100)
  }
  throw new Error('moto does not answer')
}
