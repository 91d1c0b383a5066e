import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { type Stage, stage } from '../cases/run-case.js'

/** Whether tmux is here, which is the terminal of these tests. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0

const WAIT_MS = 100_000

/** A terminal with a program in it, as a person has one. */
export interface Terminal extends Stage {
  /** Keys by tmux's names: `Enter`, `Down`, `C-c`, `Tab`. */
  press(...keys: string[]): void
  /** Types a text without pressing Enter. */
  type(text: string): void
  /** Makes the terminal larger or smaller. */
  resize(columns: number, lines: number): void
  /** What is on the screen, without blanks at the ends. */
  screen(): string
  /** The screen once it shows this. */
  until(pattern: RegExp): Promise<string>
}

export interface TerminalOptions {
  columns?: number
  lines?: number
  env?: Record<string, string>
}

/** Opens a terminal with a program in an empty folder, evt on its path. */
export function openTerminal(
  program: readonly string[],
  { columns = 80, lines = 40, env = {} }: TerminalOptions = {},
): Terminal {
  const at = stage({ TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', PS1: '$ ', HISTFILE: '', ...env })
  // A server of its own, whose socket goes with the folder.
  const socket = join(dirname(at.work), 'tmux')
  const tmux = (...args: string[]) => {
    const run = spawnSync('tmux', ['-S', socket, '-f', '/dev/null', ...args], {
      encoding: 'utf8',
      env: at.env,
      cwd: at.work,
    })
    if (run.status !== 0) throw new Error(`tmux ${args.join(' ')}: ${run.stderr}`)
    return run.stdout
  }
  tmux('new-session', '-d', '-x', `${columns}`, '-y', `${lines}`, ...program)
  const screen = () => tmux('capture-pane', '-p').trimEnd()
  return {
    ...at,
    press: (...keys) => void tmux('send-keys', ...keys),
    // tmux takes a semicolon at the end for its own.
    type: (text) => void tmux('send-keys', '-l', '--', text.replace(/;$/, '\\;')),
    resize: (width, height) => void tmux('resize-window', '-x', `${width}`, '-y', `${height}`),
    screen,
    until: async (pattern) => {
      const end = Date.now() + WAIT_MS
      for (;;) {
        const shown = screen()
        if (pattern.test(shown)) return shown
        if (Date.now() > end) throw new Error(`no ${pattern} in:\n${shown}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
    remove: () => {
      tmux('kill-server')
      at.remove()
    },
  }
}
