import { type FSWatcher, watch } from 'node:fs'

/**
 * Says when it is time to look again: when the system tells of a change in a folder, and at the
 * latest after `pollMs`, since network file systems, links and containers tell of none.
 */
export class Wake {
  readonly #watchers: FSWatcher[] = []
  #changed = false
  #rouse: (() => void) | undefined

  /** @param isOurs of the names in the folders, those that matter; all where it is left out */
  constructor(
    folders: readonly string[],
    private readonly signal: AbortSignal,
    isOurs: (name: string) => boolean = () => true,
  ) {
    for (const folder of folders) {
      try {
        const watcher = watch(folder, (_, name) => {
          if (name === null || isOurs(name)) this.#change()
        })
        this.#watchers.push(watcher.on('error', () => watcher.close()))
      } catch {
        // Too many watches, or a file system without: looking again is enough.
      }
    }
  }

  #change(): void {
    this.#changed = true
    this.#rouse?.()
  }

  /** Waits for a change, for so long, or until the signal aborts. */
  async wait(pollMs: number): Promise<void> {
    if (this.signal.aborted) return
    if (!this.#changed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(done, pollMs)
        const { signal } = this
        function done() {
          clearTimeout(timer)
          signal.removeEventListener('abort', done)
          resolve()
        }
        signal.addEventListener('abort', done)
        this.#rouse = done
      })
    }
    this.#rouse = undefined
    this.#changed = false
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close()
  }
}
