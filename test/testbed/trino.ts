import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { trinoHive, trinoJars } from '../../scripts/trino.mjs'

/** For `describeWith`: where Trino is, where this machine has it and `npm run test:trino` asks. */
export const jars: string | undefined = process.env['EVT_TRINO'] ? trinoJars() : undefined

/** The same of a Trino with the connector to Hive. */
export const hive = process.env['EVT_TRINO'] ? trinoHive() : undefined

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
  /** What was read of files for it, as Trino tells it. */
  physicalBytes: number
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
  stats?: { physicalInputBytes?: number }
}

/** A real Trino of one node on loopback, with tables in memory. */
export async function startTrino(): Promise<Trino> {
  if (jars === undefined) throw new Error('there is no Trino on this machine')
  return started('java', ['-Xmx2G', '-cp', join(jars, '*'), programIn('TrinoServer')], 'memory')
}

/** The same with tables of Hive on files in an S3.
 * @param folder for what it knows of tables */
export async function startTrinoHive(
  folder: string,
  s3: { url: string; region: string },
): Promise<Trino> {
  if (hive === undefined) throw new Error('there is no Trino with Hive on this machine')
  const options = ['-Xmx2G', '--add-modules', 'jdk.incubator.vector', '-cp', join(hive.jars, '*')]
  const program = [programIn('TrinoHiveServer'), folder, s3.url, s3.region]
  return started(hive.java, [...options, ...program], 'hive')
}

function programIn(name: string): string {
  return fileURLToPath(new URL(`${name}.java`, import.meta.url))
}

async function started(java: string, args: readonly string[], catalog: string): Promise<Trino> {
  const server = spawn(java, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const exited = once(server, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: server.stdout }).on('line', (line) => {
      const [, base] = /READY (http:\S+)/.exec(line) ?? []
      if (base !== undefined) resolve(base)
    })
    exited.then(() => reject(new Error('Trino does not start')), reject)
  })
  return {
    run: (sql) => run(url, sql, catalog),
    async stop() {
      server.stdin.end()
      await exited
    },
  }
}

async function run(url: string, sql: string, catalog: string): Promise<TrinoRows> {
  const headers = {
    ...{ 'X-Trino-User': 'evt', 'X-Trino-Catalog': catalog, 'X-Trino-Schema': 'default' },
  }
  let answer = await asked(`${url}/v1/statement`, { method: 'POST', body: sql, headers })
  const found: TrinoRows = { columns: [], rows: [], physicalBytes: 0 }
  for (;;) {
    if (answer.error) throw new TrinoError(answer.error.errorName, answer.error.message)
    if (answer.columns) found.columns = answer.columns
    found.rows.push(...(answer.data ?? []))
    found.physicalBytes = answer.stats?.physicalInputBytes ?? found.physicalBytes
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
