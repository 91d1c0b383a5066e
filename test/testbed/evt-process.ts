import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Stage } from '../cases/run-case.js'

export interface EvtProcess {
  readonly out: { text: string }
  readonly err: { text: string }
  kill(signal: NodeJS.Signals): void
  /** Nobody reads what it prints any more. */
  closeOutput(): void
  /** How it ended. */
  readonly end: Promise<{ exit: number | null; signal: string | null }>
  /** The lines of stdout, as soon as there are so many. */
  lines(count: number): Promise<string[]>
  /** As soon as stderr has it. */
  said(text: string): Promise<void>
}

/** The built evt as a child process, with what an emulator of AWS needs in its environment.
 * @param program a shell, say, that starts evt */
export function startEvt(args: readonly string[], at: Stage, program = 'evt'): EvtProcess {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe']
  const child = spawn(program, args, { cwd: at.work, env: at.env, stdio })
  const [out, err] = [{ text: '' }, { text: '' }]
  child.stdout.on('data', (chunk) => {
    out.text += chunk
  })
  child.stderr.on('data', (chunk) => {
    err.text += chunk
  })
  let isOver = false
  const end = once(child, 'close').then(([exit, signal]) => {
    isOver = true
    return { exit, signal }
  })
  const until = async (what: string, isThere: () => boolean) => {
    for (let tries = 0; !isThere(); tries++) {
      if (isOver || tries > 10_000) throw new Error(`no ${what}: ${out.text}${err.text}`)
      await setTimeout(10)
    }
  }
  const linesNow = () => out.text.split('\n').slice(0, -1)
  return {
    ...{ out, err, end },
    // evt is exec'd by the shell script that stands for it.
    kill: (signal) => void child.kill(signal),
    closeOutput: () => void child.stdout.destroy(),
    async lines(count) {
      await until(`${count} lines`, () => linesNow().length >= count)
      return linesNow()
    },
    said: (text) => until(`"${text}"`, () => err.text.includes(text)),
  }
}
