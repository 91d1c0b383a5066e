import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type Contender, measureInTurn } from './measure.js'
import { report } from './report.js'

interface GateBench {
  /** Where an archive lies, and saved runs are made. */
  folder: string
  evtRun(...args: string[]): Contender['command']
  events: number
  rounds: number
}

const RUNS = 10

/** Saved runs of ten times the archive, merged and compared with one of them. */
export async function benchGate(bench: GateBench): Promise<void> {
  const { evtRun, events, rounds } = bench
  const files = savedRuns(bench)
  const [first = ''] = files
  const rule = ['--rule', 'latency.p99 vs baseline < +10%', '--baseline', first]
  const [evt, node, one] = await measureInTurn(rounds, [
    { name: 'evt', command: evtRun('check', ...files, ...rule, '-o', 'json') },
    { name: 'node', command: [process.execPath, '-e', '0'] },
    { name: 'one', command: evtRun('check', first, ...rule, '-o', 'json') },
  ])
  if (!evt || !node || !one) return
  report(
    [
      { what: 'evt check, after node -e 0', a: evt, b: node, limitMs: 1_000 },
      { what: 'peak memory', memory: evt, limitMb: Math.round(one.peakMb * 1.5) },
    ],
    `${(RUNS * events).toLocaleString('en')} events in ${RUNS} saved runs`,
  )
}

function savedRuns({ folder, evtRun }: GateBench): string[] {
  const runs = `${folder}/runs`
  const saved = `${runs}/saved.json`
  if (!existsSync(saved)) {
    mkdirSync(runs, { recursive: true })
    const [save = '', ...words] = evtRun('baseline', 'save', `${folder}/gz`, '--to', saved)
    if (spawnSync(save, words).status !== 0) throw new Error('evt baseline save failed')
  }
  const text = readFileSync(saved, 'utf8')
  return Array.from({ length: RUNS }, (_, n) => {
    const file = `${runs}/${n}.json`
    // Runs of one name and one time would be the same run.
    writeFileSync(file, JSON.stringify({ ...JSON.parse(text), sources: [`shard ${n}`] }))
    return file
  })
}
