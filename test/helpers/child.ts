import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { root } from './cli.js'

/** The built evt as a process that goes on until it is told to end. */
export interface Child {
  /** What it printed so far. */
  stdout(): string
  stderr(): string
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<{ exit: number | null; stdout: string; stderr: string }>
}

/** Starts it with nothing on standard input. */
export function evtChild(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Child {
  const child = spawn(process.execPath, [`${root}bin/run.js`, ...argv], {
    env: { ...process.env, NODE_ENV: '', ...env },
  })
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => {
      text[name] += part
    })
  }
  child.stdin.end()
  return {
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    kill: (signal) => void child.kill(signal),
    ended: once(child, 'close').then(([exit]) => ({ exit, ...text })),
  }
}
