import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, rmSync } from 'node:fs'
import { linkFiles } from './link-files.js'
import { type Contender, type Measured, measureInTurn } from './measure.js'
import { type Row, report } from './report.js'

interface IndexBench {
  root: string
  folder: string
  evtRun(...args: string[]): Contender['command']
  events: number
  rounds: number
  isHuge: boolean
}

const HUGE = 10

/** The index: what it costs to build, to keep up to date, and what it is worth. */
export async function benchIndex(bench: IndexBench): Promise<void> {
  const { folder, isHuge, events } = bench
  process.env['XDG_CACHE_HOME'] = `${folder}/cache`
  rmSync(`${folder}/cache`, { recursive: true, force: true })
  const archive = `${folder}/${isHuge ? 'huge' : 'grown'}`
  linkFiles(`${folder}/gz`, archive, isHuge ? HUGE : 1)
  // Ten links to one file hold each entity ten times too often: ask for one of a file of its own.
  const asks = isHuge
    ? addFile(bench, archive, { name: 'asked', seed: 3, keys: 2_000_000 })
    : archive
  const index = `${folder}/cache/index`
  const whole = await measureInTurn(1, [
    contender(bench, 'stats', 'stats', archive, '--no-index', '-o', 'json'),
    contender(bench, 'build', 'index', 'build', archive, '--to', index),
  ])
  const entity = someEntity(bench, asks, isHuge ? 'mode' : 'min')
  const asked = await measureInTurn(bench.rounds, [
    contender(bench, 'second', 'stats', archive, '-o', 'json'),
    contender(bench, 'audit', 'audit', '--entity', entity, archive, '-o', 'json'),
    { name: 'point', command: [process.execPath, `${bench.root}bench/point.mjs`, index, entity] },
  ])
  const grown = isHuge ? [] : await grow(bench, archive)
  const count = (events * (isHuge ? HUGE : 1)).toLocaleString('en')
  report(rowsOf(whole, asked, grown, isHuge), `${count} events, by gzip, and their index`)
}

function contender({ evtRun }: IndexBench, name: string, ...args: string[]): Contender {
  return { name, command: evtRun(...args) }
}

function rowsOf(whole: Measured[], asked: Measured[], grown: Measured[], isHuge: boolean): Row[] {
  const [stats, build] = whole
  const [second, audit, point] = asked
  const [added] = grown
  if (!stats || !build || !second || !audit || !point) return []
  // Three times the floor, or so many seconds.
  const limit = Math.max(3, (isHuge ? 1 : 0.6) / point.wallS)
  return [
    { what: 'evt index build, against evt stats without it', a: build, b: stats, limit: 4 },
    { what: 'evt stats without an index, against a fresh one', a: stats, b: second, least: 25 },
    {
      what: 'evt audit of one entity, against a point query of DuckDB',
      a: audit,
      b: point,
      limit: Math.round(limit * 10) / 10,
    },
    ...(added
      ? [{ what: 'evt index build of 1% more, against all', a: added, b: build, limit: 0.1 }]
      : []),
  ]
}

/** Adds a file of 1% of the events. */
async function grow(bench: IndexBench, archive: string): Promise<Measured[]> {
  addFile(bench, archive, { name: 'more', seed: 2, keys: 200_000 })
  return measureInTurn(1, [contender(bench, 'added', 'index', 'build', archive)])
}

/** Generates a file of 1% of the events beside the archive, once, and copies it in. */
function addFile(
  { folder, evtRun, events }: IndexBench,
  archive: string,
  { name, seed, keys }: { name: string; seed: number; keys: number },
): string {
  const source = `${folder}/${name}`
  if (!existsSync(`${source}/truth.json`)) {
    const flags = ['--events', String(Math.round(events / 100)), '--files', '1']
    const workload = ['--seed', String(seed), '--keys', String(keys), '--rate', '120']
    run(
      evtRun('generate', '--to', source, ...flags, ...workload, '--start', '2026-01-06T09:00:00Z'),
    )
  }
  const file = `${archive}/part-9999.ndjson.gz`
  copyFileSync(`${source}/part-0000.ndjson.gz`, file)
  return file
}

/** The first of all, or the one of a file of its own that is found most. */
export function someEntity(
  { evtRun }: Pick<IndexBench, 'evtRun'>,
  archive: string,
  of: 'min' | 'mode',
): string {
  const each = 'select unnest(entities) as e from events'
  const sql = `select ${of}(e) from (${each}) where e like 'jobAd:%'`
  const [entity] = run(evtRun('query', '--sql', sql, archive, '-o', 'csv'))
    .trim()
    .split('\n')
    .slice(1)
  return entity ?? ''
}

function run([program, ...args]: Contender['command']): string {
  return spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 }).stdout
}
