/**
 * `npm run bench`: evt beside a floor, in one run, on the same files. Ratios carry over to other
 * machines, times do not. `--quick` takes 1 million events instead of 10; `--only` one of sql,
 * decoder, live, index, gate, privacy, replay, beside and topology; `--huge`, with `--only index`,
 * 100 million.
 */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { benchBeside } from './beside-rows.js'
import { benchGate } from './gate-rows.js'
import { benchIndex } from './index-rows.js'
import { benchLive } from './live-rows.js'
import { type Contender, type Measured, measureInTurn } from './measure.js'
import { benchPrivacy } from './privacy-rows.js'
import { benchReplay } from './replay-rows.js'
import { type Row, report } from './report.js'
import { benchTopology } from './topology-rows.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const evt = `${root}bin/run.js`
const quick = process.argv.includes('--quick')
const events = quick ? 1_000_000 : 10_000_000
const folder = `${root}.bench/${quick ? '1m' : '10m'}`
const rounds = 3
const parts = [
  ...['sql', 'decoder', 'live', 'replay', 'beside', 'index', 'gate', 'privacy', 'topology'],
]
const replayedEvents = quick ? 20_000 : 200_000
/** Of the archives that the decoder reads. */
const decodedEvents = quick ? 300_000 : 1_000_000

const evtRun = (...args: string[]): Contender['command'] => [process.execPath, evt, ...args]
const floor = (source: string): Contender['command'] => [
  process.execPath,
  `${root}bench/count.mjs`,
  source,
]

async function main(): Promise<void> {
  const { only, huge } = parseArgs({
    options: { only: { type: 'string' }, quick: { type: 'boolean' }, huge: { type: 'boolean' } },
  }).values
  if (only !== undefined && !parts.includes(only)) {
    throw new Error(`--only ${only}: one of ${parts.join(', ')}`)
  }
  const isWanted = (part: string) => only === undefined || only === part
  if (isWanted('sql')) await benchSql()
  if (isWanted('decoder')) await benchDecoder()
  if (isWanted('live')) await benchLines()
  if (isWanted('replay')) await benchReplay({ root, evtRun, events: replayedEvents, rounds })
  if (isWanted('beside')) await benchBeside({ evtRun, seconds: quick ? 12 : 60 })
  if (isWanted('topology')) await benchTopology({ folder, evtRun, rounds })
  if (!isWanted('index') && !isWanted('gate') && !isWanted('privacy')) return
  await makeArchive('gz', ['--events', String(events), '--files', '40'])
  if (isWanted('gate')) await benchGate({ folder, evtRun, events, rounds })
  if (isWanted('privacy')) await benchPrivacy({ root, folder, evtRun, events, rounds })
  if (isWanted('index')) {
    await benchIndex({ root, folder, evtRun, events, rounds, isHuge: huge === true })
  }
}

async function benchSql(): Promise<void> {
  const many = ['--events', String(events), '--files', '40']
  await makeArchive('gz', [...many, '--compression', 'gzip'])
  await makeArchive('plain', [...many, '--compression', 'none'])
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
  const each = Math.round(sizeOf('plain') / events)
  const packed = (sizeOf('plain') / sizeOf('gz')).toFixed(1)
  report(
    rowsOf(gz, plain, jq, help),
    `${events.toLocaleString('en')} events of ${each} bytes in 40 files, ${packed}:1 by gzip`,
  )
}

/** What SQL cannot read: base64 around the JSON. */
async function benchDecoder(): Promise<void> {
  const count = ['--events', String(decodedEvents), '--files', '4']
  await makeArchive('kinesis', [
    ...count,
    '--envelope',
    'kinesis>eventbridge',
    '--compression',
    'none',
  ])
  const [bare, decoded] = await measureInTurn(rounds, [
    { name: 'floor', command: [process.execPath, `${root}bench/decode.mjs`, `${folder}/kinesis`] },
    { name: 'evt', command: evtRun('stats', `${folder}/kinesis`, '-o', 'json') },
  ])
  if (!bare || !decoded) return
  const each = Math.round(sizeOf('kinesis') / decodedEvents)
  const what = 'evt stats, Kinesis around EventBridge, against a bare loop that decodes'
  report(
    [{ what, a: decoded, b: bare, limit: 6 }],
    `${decodedEvents.toLocaleString('en')} events of ${each} bytes in 4 files`,
  )
}

async function benchLines(): Promise<void> {
  const count = ['--events', String(decodedEvents), '--files', '1']
  await makeArchive('lines', [...count, '--compression', 'none'])
  const eventBytes = Math.round(sizeOf('lines') / decodedEvents)
  await benchLive({ root, folder, evtRun, events: decodedEvents, eventBytes, rounds })
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

async function makeArchive(name: string, flags: readonly string[]): Promise<void> {
  const to = `${folder}/${name}`
  if (existsSync(`${to}/truth.json`)) return
  console.log(`making ${to}, once`)
  const workload = ['--keys', '200000', '--duplicates', '0.3%', '--reorder', '0.5%', '--seed', '1']
  const all = [...flags, ...workload, '--rate', '120']
  const [made] = await measureInTurn(1, [{ name, command: evtRun('generate', '--to', to, ...all) }])
  if (made?.failed) throw new Error(`evt generate --to ${to} failed`)
}

function sizeOf(name: string): number {
  const files = readdirSync(`${folder}/${name}`).filter((file) => file.startsWith('part-'))
  return files.reduce((sum, file) => sum + statSync(`${folder}/${name}/${file}`).size, 0)
}

await main()
