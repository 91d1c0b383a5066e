import type { ReadStream } from 'node:tty'
import { render } from 'ink'
import type { Tail } from '../tail/run.js'
import { Screen, type ScreenProps } from './app.js'
import { type Counts, ScreenModel } from './model.js'

export interface ScreenOptions {
  look: ScreenProps['look']
  stdout: NodeJS.WriteStream
  /** Where keys come from. */
  keys: ReadStream
  /** How long identities and keys are remembered at least; null: for ever. */
  memoryMs: number | null
  /** Whether the end of what is tapped ends it too, or a person does. */
  isOverAtEnd: boolean
  /** Given to the tail, too: a person quits, or somebody interrupts. */
  signal: AbortSignal
  nowMs(): number
  onQuit(): void
  onInterrupt(): void
}

/** What a screen was told by others, before it was there. */
export interface Noted {
  /** Called with what is to be said next; until it is set, nothing is. */
  say(text: string): void
}

const ALTERNATE = '\x1b[?1049h'
const BACK = '\x1b[?1049l'

/**
 * Draws what is tapped until a person quits or somebody interrupts, on a screen of its own, and
 * leaves the terminal as it was.
 */
export async function runScreen(tail: Tail, noted: Noted, options: ScreenOptions): Promise<Counts> {
  const { stdout, keys, look, nowMs, memoryMs, signal, onQuit, onInterrupt } = options
  const model = new ScreenModel(nowMs(), memoryMs)
  noted.say = (text) => {
    model.note = text
  }
  const title = {
    sources: tail.sources.map(({ address }) => address).join(' '),
    safety: [...new Set(tail.sources.map(({ safety }) => safety))].join(' '),
  }
  stdout.write(ALTERNATE)
  const props: ScreenProps = { model, title, look, nowMs, onQuit, onInterrupt }
  const app = render(<Screen {...props} />, {
    ...{ stdout, stdin: keys, exitOnCtrlC: false, patchConsole: false },
  })
  try {
    for await (const items of tail.items) model.observe(items, nowMs())
    model.hasEnded = true
    if (!options.isOverAtEnd) await aborted(signal)
  } finally {
    app.unmount()
    stdout.write(BACK)
  }
  return model.summary()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
