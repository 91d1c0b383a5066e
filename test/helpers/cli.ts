import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { captureOutput } from '@oclif/test'
import { fromSource } from '../../src/cli/from-source.js'
import { main } from '../../src/cli/main.js'

export const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Run {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs evt from its sources, in this process: the quick way, for most tests. */
export async function evt(argv: readonly string[], commands?: string): Promise<Run> {
  const load = await fromSource(root, commands)
  const { result, stdout, stderr, error } = await captureOutput<number>(() => main(argv, load), {
    stripAnsi: false,
  })
  if (error) throw error
  return { code: result ?? null, stdout, stderr }
}

/** Runs the built evt as a process of its own: for pipes, signals, start-up and the environment. */
export function evtProcess(
  argv: readonly string[],
  options: { input?: string; env?: Record<string, string>; cwd?: string } = {},
): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${root}bin/run.js`, ...argv], {
    encoding: 'utf8',
    cwd: options.cwd ?? root,
    input: options.input ?? '',
    env: { ...process.env, NODE_ENV: '', ...options.env },
    maxBuffer: 256 * 1024 * 1024,
  })
  return { code: status, stdout, stderr }
}
