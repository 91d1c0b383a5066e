import { rmSync } from 'node:fs'
import { someEntity } from './index-rows.js'
import { linkFiles } from './link-files.js'
import { type Contender, measureInTurn } from './measure.js'
import { report } from './report.js'

interface PrivacyBench {
  root: string
  folder: string
  evtRun(...args: string[]): Contender['command']
  events: number
  rounds: number
}

/** Of an archive of ten million events or more. */
const LIMIT = 0.1
/** A process that loads DuckDB and writes a bundle takes that long, of however small an archive. */
const LEAST_S = 1

/** What an index is worth to who asks for a person. */
export async function benchPrivacy(bench: PrivacyBench): Promise<void> {
  const { root, folder, evtRun, events, rounds } = bench
  process.env['XDG_CACHE_HOME'] = `${folder}/cache`
  process.env['XDG_DATA_HOME'] = `${folder}/data`
  rmSync(`${folder}/cache`, { recursive: true, force: true })
  const archive = `${folder}/asked`
  linkFiles(`${folder}/gz`, archive, 1)
  const index = ['index', 'build', archive, '--to', `${folder}/cache/index`]
  await measureInTurn(1, [{ name: 'build', command: evtRun(...index) }])
  const entity = someEntity(bench, archive, 'min')
  const bundle = `${folder}/bundle`
  const extract = evtRun('gdpr', 'extract', '--entity', entity, archive, '--to', bundle)
  // A bundle is never written over.
  const script = `rm -rf '${bundle}' '${bundle}.key'; exec "$@"`
  const [evt, floor] = await measureInTurn(rounds, [
    { name: 'extract', command: ['sh', '-c', script, 'sh', ...extract] },
    { name: 'floor', command: [process.execPath, `${root}bench/count.mjs`, `${folder}/gz`] },
  ])
  if (!evt || !floor) return
  const least = events >= 10_000_000 ? LIMIT : Math.max(LIMIT, LEAST_S / floor.wallS)
  const limit = Math.round(least * 100) / 100
  const what = 'evt gdpr extract by entity from an index, against count(*) of DuckDB'
  report(
    [{ what, a: evt, b: floor, limit }],
    `${events.toLocaleString('en')} events, by gzip, and their index`,
  )
}
