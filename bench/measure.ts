import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Contender {
  name: string
  command: [string, ...string[]]
  /** How often it runs, where not as often as the others. */
  rounds?: number
}

/** A whole process, from start to exit: medians over the rounds. */
export interface Measured {
  name: string
  wallS: number
  cpuS: number
  /** Of the process itself; only known for Node. */
  peakMb: number
  failed: boolean
}

/** Runs the contenders in turn, round after round, so that a machine that slows down slows all. */
export async function measureInTurn(
  rounds: number,
  contenders: readonly Contender[],
): Promise<Measured[]> {
  const runs = contenders.map((): Measured[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [n, contender] of contenders.entries()) {
      if (round < (contender.rounds ?? rounds)) runs[n]?.push(await run(contender))
    }
  }
  return contenders.map(({ name }, n) => medians(name, runs[n] ?? []))
}

async function run({ name, command: [program, ...args] }: Contender): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), 'evt-bench-'))
  const file = join(folder, 'usage.json')
  const preload = new URL('usage.mjs', import.meta.url).href
  const env = { ...process.env, EVT_BENCH_USAGE: file, NODE_OPTIONS: `--import=${preload}` }
  const start = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(1))
    child.on('close', (exit) => resolve(exit ?? 1))
  })
  const wallS = (performance.now() - start) / 1_000
  const usage = usageIn(file)
  rmSync(folder, { recursive: true, force: true })
  return { name, wallS, ...usage, failed: code !== 0 }
}

function usageIn(file: string): { cpuS: number; peakMb: number } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { cpuS: Number.NaN, peakMb: Number.NaN }
  }
}

function medians(name: string, runs: readonly Measured[]): Measured {
  const median = (of: (run: Measured) => number) => {
    const sorted = runs.map(of).sort((a, b) => a - b)
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN
  }
  return {
    name,
    wallS: median(({ wallS }) => wallS),
    cpuS: median(({ cpuS }) => cpuS),
    peakMb: Math.max(...runs.map(({ peakMb }) => peakMb)),
    failed: runs.some(({ failed }) => failed),
  }
}
