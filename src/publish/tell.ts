import { dirname } from 'node:path'
import { makeFolder } from '../archives/make-folder.js'
import { EvtError } from '../errors.js'
import { lockJournal } from '../record/journal-lock.js'
import type { WindowDatums } from './datums.js'
import type { Journal } from './journal.js'
import type { Target } from './target.js'

/** While this runs, nobody else writes to the journal.
 * @throws EvtError `outside` where somebody does */
export async function telling<T>(journal: Journal, run: () => Promise<T>): Promise<T> {
  await makeFolder(dirname(journal.file))
  const unlock = lockJournal(journal.file)
  try {
    return await run()
  } finally {
    unlock()
  }
}

interface TellOptions {
  readonly target: Target
  readonly journal: Journal
  /** Nobody else is told. */
  readonly signal: AbortSignal
  /** Nobody who is busy is waited for; by itself as `signal`. */
  readonly patience?: AbortSignal
  onProgress(calls: number): void
}

/** Tells of each window at most once: what is begun is on disk before anybody is told.
 * @throws EvtError where not all were taken; the journal knows which */
export async function tell(
  windows: readonly WindowDatums[],
  { target, journal, signal, patience = signal, onProgress }: TellOptions,
): Promise<void> {
  for (const [n, { begins, ends, send }] of target.batches(windows).entries()) {
    if (signal.aborted) throw interrupted()
    await journal.write(begins, 'begun')
    const answer = await send(patience)
    if (answer) {
      await journal.write(begins, 'refused')
      throw answer.refused
    }
    await journal.write(ends, 'done')
    onProgress(n + 1)
  }
}

function interrupted(): EvtError {
  return new EvtError('interrupted: the windows that are left were not published', {
    ...{ code: 'interrupted', hint: 'the same command publishes them' },
  })
}
