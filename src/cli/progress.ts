import type { Progress } from '../ui/progress.js'

/** What `progressFlags` gives. */
interface ProgressChoice {
  readonly progress: boolean
  readonly quiet: boolean
}

/** Progress on stderr: on a terminal, or where it was asked for, and not with --quiet. */
export async function progressFor({ progress, quiet }: ProgressChoice): Promise<Progress> {
  const { stderr } = process
  const isTerminal = stderr.isTTY === true
  if (quiet || !(isTerminal || progress)) return { update: () => {}, stop: () => {} }
  const { createProgress } = await import('../ui/progress.js')
  return createProgress({ stream: stderr, isTerminal, now: () => performance.now() })
}

/** The state of what counts neither bytes nor files, and says itself how far it is. */
export function uncounted(label: string) {
  const unknown = { bytesTotal: null, objectsDone: null, objectsTotal: null }
  return { label, bytesDone: 0, records: 0, ...unknown }
}
