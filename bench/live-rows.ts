import { linkFiles } from './link-files.js'
import { type Contender, measureInTurn } from './measure.js'
import { type Row, report } from './report.js'

interface LiveBench {
  root: string
  /** Where the files of one archive lie, and where it is made longer. */
  folder: string
  evtRun(...args: string[]): Contender['command']
  events: number
  eventBytes: number
  rounds: number
}

const TIMES = 10
/** Nothing is so short that it would not be forgotten within a run. */
const MEMORY = '2s'

/** Lines that come: what it takes to decode and to measure them, and in how much memory. */
export async function benchLive(bench: LiveBench): Promise<void> {
  const { folder, evtRun, events, eventBytes, rounds, root } = bench
  const lines = `${folder}/lines`
  const many = `${folder}/lines-${TIMES}`
  linkFiles(lines, many, TIMES)
  const whole = ['--from', 'beginning', '--no-follow']
  const measured = (source: string) =>
    evtRun('stats', source, ...whole, '--dedupe-window', MEMORY, '-o', 'json')
  // What is decoded and not wanted is not shown.
  const decoded = evtRun('tail', lines, ...whole, '--type', 'no.such.type', '-o', 'ndjson')
  const [floor, decode, meters, long] = await measureInTurn(rounds, [
    { name: 'floor', command: [process.execPath, `${root}bench/parse.mjs`, lines] },
    { name: 'decode', command: decoded },
    { name: 'meters', command: measured(lines) },
    { name: 'long', command: measured(many), rounds: 1 },
  ])
  const [node, first] = await measureInTurn(5, [
    { name: 'node', command: [process.execPath, '-e', '0'] },
    { name: 'first', command: evtRun('tail', `${lines}/part-0000.ndjson`, '--limit', '1') },
  ])
  if (!floor || !decode || !meters || !long || !node || !first) return
  const rows: Row[] = [
    {
      what: 'CPU to decode and map lines, against a bare JSON.parse loop',
      ...{ a: decode, b: floor, limit: 2, of: 'cpuS' },
    },
    {
      what: 'CPU with all meters, against the same loop',
      ...{ a: meters, b: floor, limit: 2.85, of: 'cpuS' },
    },
    {
      what: `peak memory live, --dedupe-window ${MEMORY}`,
      ...{ memory: meters, limitMb: 300 },
    },
    {
      what: `the same of ${(events * TIMES).toLocaleString('en')} events`,
      ...{ memory: long, limitMb: Math.round(meters.peakMb * 1.15 + 25) },
    },
    {
      what: 'first line of evt tail FILE, after node -e 0',
      ...{ a: first, b: node, limitMs: 400 },
    },
  ]
  report(rows, `${events.toLocaleString('en')} lines of ${eventBytes} bytes, live`)
}
