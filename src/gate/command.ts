import { spawn } from 'node:child_process'
import { EvtError } from '../errors.js'

/** A command that was started, and does what is measured. */
export interface RunningCommand {
  /** How it ended: undefined for well. Never rejects. */
  readonly end: Promise<EvtError | undefined>
  /** Ends it and what it started, at last by force. */
  stop(): Promise<void>
}

/** To end by itself. */
const GRACE_MS = 5_000
/** As shells say it. */
const NOT_FOUND = 127
const NOT_RUNNABLE = 126

/**
 * Starts a command of the shell. What it prints goes to stderr as it comes and is not held by evt;
 * there is nothing for it to read.
 */
export function startCommand(
  line: string,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): RunningCommand {
  // A group of its own, so that what a script started ends with it.
  const detached = process.platform !== 'win32'
  const child = spawn(line, {
    cwd,
    env: { ...env },
    shell: true,
    detached,
    stdio: ['ignore', 2, 2],
  })
  let isOver = false
  const end = new Promise<EvtError | undefined>((resolve) => {
    child.on('error', (cause) => {
      isOver = true
      resolve(new EvtError(`--while ${line}: it cannot be started`, { code: 'usage', cause }))
    })
    child.on('exit', (exit, signal) => {
      isOver = true
      resolve(failureOf(line, exit, signal))
    })
  })
  const kill = (pid: number, signal: NodeJS.Signals) => {
    try {
      process.kill(detached ? -pid : pid, signal)
    } catch {
      // It ended meanwhile.
    }
  }
  return {
    end,
    async stop() {
      const { pid } = child
      if (isOver || pid === undefined) return
      kill(pid, 'SIGTERM')
      const timer = setTimeout(() => kill(pid, 'SIGKILL'), GRACE_MS)
      await end
      clearTimeout(timer)
      // What it started, and did not end.
      if (detached) kill(pid, 'SIGKILL')
    },
  }
}

function failureOf(
  line: string,
  exit: number | null,
  signal: NodeJS.Signals | null,
): EvtError | undefined {
  if (exit === 0) return undefined
  if (exit === NOT_FOUND || exit === NOT_RUNNABLE) {
    const message = `--while ${line}: there is no such program, or it cannot be run (exit ${exit})`
    return new EvtError(message, { code: 'usage' })
  }
  const how = signal === null ? `exit ${exit}` : `ended by ${signal}`
  return new EvtError(`--while ${line}: the command failed (${how})`, { code: 'outside' })
}
