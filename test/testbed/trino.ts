import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { trinoJars } from '../../scripts/trino.mjs'

/** For `describeWith`: where Trino is, where this machine has it and `npm run test:trino` asks. */
export const jars: string | undefined = process.env['EVT_TRINO'] ? trinoJars() : undefined

/** A type as Trino's protocol takes it apart. */
export interface TypeSignature {
  rawType: string
  arguments: {
    value: number | TypeSignature | { fieldName: { name: string }; typeSignature: TypeSignature }
  }[]
}

interface TrinoColumn {
  name: string
  typeSignature: TypeSignature
}

interface TrinoRows {
  columns: TrinoColumn[]
  rows: unknown[][]
}

/** What Trino says of a statement that failed. */
class TrinoError extends Error {
  constructor(
    readonly errorName: string,
    message: string,
  ) {
    super(message)
  }
}

export interface Trino {
  /** @throws TrinoError */
  run(sql: string): Promise<TrinoRows>
  stop(): Promise<void>
}

interface Answer {
  nextUri?: string
  columns?: TrinoColumn[]
  data?: unknown[][]
  error?: { message: string; errorName: string }
}

/** A real Trino of one node on loopback, with tables in memory. */
export async function startTrino(): Promise<Trino> {
  if (jars === undefined) throw new Error('there is no Trino on this machine')
  const program = fileURLToPath(new URL('TrinoServer.java', import.meta.url))
  const server = spawn('java', ['-Xmx2G', '-cp', join(jars, '*'), program], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const exited = once(server, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      const [, base] = /READY (http:\S+)/.exec(line) ?? []
      if (base !== undefined) resolve(base)
    })
    exited.then(() => reject(new Error('Trino does not start')), reject)
  })
  return {
    run: (sql) => run(url, sql),
    async stop() {
      server.stdin.end()
      await exited
    },
  }
}

async function run(url: string, sql: string): Promise<TrinoRows> {
  const headers = {
    ...{ 'X-Trino-User': 'evt', 'X-Trino-Catalog': 'memory', 'X-Trino-Schema': 'default' },
  }
  let answer = await asked(`${url}/v1/statement`, { method: 'POST', body: sql, headers })
  const found: TrinoRows = { columns: [], rows: [] }
  for (;;) {
    if (answer.error) throw new TrinoError(answer.error.errorName, answer.error.message)
    if (answer.columns) found.columns = answer.columns
    found.rows.push(...(answer.data ?? []))
    if (answer.nextUri === undefined) return found
    answer = await asked(answer.nextUri, { headers })
  }
}

async function asked(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`Trino answers ${response.status}`)
  const answer: Answer = JSON.parse(await response.text())
  return answer
}
