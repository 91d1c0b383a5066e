/**
 * `npm run bench`: evt beside a floor, in one run, on the same files. Ratios carry over to other
 * machines, times do not. `--quick` takes 1 million events instead of 10.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Contender, type Measured, measureInTurn } from './measure.js'
import { type Row, report } from './report.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const evt = `${root}bin/run.js`
const quick = process.argv.includes('--quick')
const events = quick ? 1_000_000 : 10_000_000
const folder = `${root}.bench/${quick ? '1m' : '10m'}`
const rounds = 3

const evtRun = (...args: string[]): Contender['command'] => [process.execPath, evt, ...args]
const floor = (source: string): Contender['command'] => [
  process.execPath,
  `${root}bench/count.mjs`,
  source,
]

async function main(): Promise<void> {
  await makeArchive('gz', 'gzip')
  await makeArchive('plain', 'none')
  const gz = await measureInTurn(rounds, [
    { name: 'floor', command: floor(`${folder}/gz`) },
    { name: 'evt', command: evtRun('stats', `${folder}/gz`, '-o', 'json') },
    {
      name: 'evt 500MB',
      command: evtRun('stats', `${folder}/gz`, '-o', 'json', '--memory-limit', '500MB'),
      rounds: 1,
    },
  ])
  const plain = await measureInTurn(rounds, [
    { name: 'floor', command: floor(`${folder}/plain`) },
    { name: 'evt', command: evtRun('stats', `${folder}/plain`, '-o', 'json') },
  ])
  const jq = await jqCounts()
  const help = await measureInTurn(5, [
    { name: 'floor', command: [process.execPath, '-e', '0'] },
    { name: 'evt', command: evtRun('--help') },
  ])
  report(rowsOf(gz, plain, jq, help), { events, gz: sizeOf('gz'), plain: sizeOf('plain') })
}

function rowsOf(gz: Measured[], plain: Measured[], jq: Measured | null, help: Measured[]): Row[] {
  const [gzFloor, gzEvt, gzSmall] = gz
  const [plainFloor, plainEvt] = plain
  const [node, evtHelp] = help
  if (!gzFloor || !gzEvt || !gzSmall || !plainFloor || !plainEvt || !node || !evtHelp) return []
  return [
    { what: 'evt stats, gzip, against count(*) of DuckDB', a: gzEvt, b: gzFloor, limit: 2.5 },
    {
      what: 'evt stats, plain, against count(*) of DuckDB',
      a: plainEvt,
      b: plainFloor,
      limit: 4.5,
    },
    ...(jq ? [{ what: 'jq, counts alone, against evt stats', a: jq, b: gzEvt, least: 5 }] : []),
    { what: 'evt stats --memory-limit 500MB, against the default', a: gzSmall, b: gzEvt },
    { what: 'evt --help, against node -e 0', a: evtHelp, b: node, limit: 4 },
    { what: 'peak memory by default', memory: gzEvt, limitMb: 2_200 },
    { what: 'peak memory with --memory-limit 500MB', memory: gzSmall, limitMb: 500 * 1.2 + 150 },
  ]
}

/** jq reads a part of the files; its time is taken times the number of files. */
async function jqCounts(): Promise<Measured | null> {
  const files = readdirSync(`${folder}/gz`).filter((name) => name.endsWith('.gz'))
  const some = files.slice(0, quick ? files.length : 4)
  const paths = some.map((name) => `'${folder}/gz/${name}'`).join(' ')
  const script = `zcat ${paths} | jq -r '."detail-type"' | sort | uniq -c`
  const [jq] = await measureInTurn(1, [{ name: 'jq', command: ['sh', '-c', script] }])
  if (!jq || jq.failed) {
    console.log('jq is not installed: its row is left out')
    return null
  }
  return { ...jq, wallS: (jq.wallS * files.length) / some.length }
}

async function makeArchive(name: string, compression: string): Promise<void> {
  const to = `${folder}/${name}`
  if (existsSync(`${to}/truth.json`)) return
  console.log(`making ${to}, once`)
  const flags = ['--events', String(events), '--files', '40', '--compression', compression]
  const workload = ['--keys', '200000', '--duplicates', '0.3%', '--reorder', '0.5%', '--seed', '1']
  const [made] = await measureInTurn(1, [
    { name, command: evtRun('generate', '--to', to, ...flags, ...workload, '--rate', '120') },
  ])
  if (made?.failed) throw new Error(`evt generate --to ${to} failed`)
}

function sizeOf(name: string): number {
  const files = readdirSync(`${folder}/${name}`).filter((file) => file.startsWith('part-'))
  return files.reduce((sum, file) => sum + statSync(`${folder}/${name}/${file}`).size, 0)
}

await main()
