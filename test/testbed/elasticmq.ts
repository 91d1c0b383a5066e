import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { elasticmqJars } from '../../scripts/testbed.mjs'
import { freePort } from './free-port.js'

/** For `describeWith`: where ElasticMQ is, where this machine has it. */
export const jars: string | undefined = elasticmqJars()

const REGION = 'eu-west-1'

export interface ElasticMq {
  readonly url: string
  /** What evt needs in its environment to reach it. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/** An SQS that carries load, on loopback, without queues. */
export async function startElasticMq(): Promise<ElasticMq> {
  if (jars === undefined) throw new Error('there is no ElasticMQ on this machine')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const folder = mkdtempSync(join(tmpdir(), 'evt-elasticmq-'))
  const config = join(folder, 'elasticmq.conf')
  const address = `host = "127.0.0.1", port = ${port}, context-path = ""`
  const lines = [
    'include classpath("application.conf")',
    `node-address { protocol = http, ${address} }`,
    `rest-sqs { enabled = true, bind-port = ${port}, bind-hostname = "127.0.0.1" }`,
    'rest-stats { enabled = false }',
    `aws { region = ${REGION}, accountId = 123456789012 }`,
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  const args = ['-Xmx1g', `-Dconfig.file=${config}`, '-cp', join(jars, '*')]
  const server = spawn('java', [...args, 'org.elasticmq.server.Main'], { stdio: 'ignore' })
  for (let tries = 0; ; tries++) {
    if (server.exitCode !== null || tries > 600) throw new Error('ElasticMQ does not answer')
    const answer = await fetch(`${url}/?Action=ListQueues`).catch(() => undefined)
    if (answer?.ok) break
    await setTimeout(100)
  }
  return {
    url,
    env: {
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: REGION },
      ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: url },
    },
    async stop() {
      server.kill('SIGKILL')
      await once(server, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}
