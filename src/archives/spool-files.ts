import { join } from 'node:path'
import { makeTempFolder, removeTempFolder } from './temp-folder.js'

/**
 * Files to unpack into, used again: to write over the pages of a file that is in the system's cache
 * costs a third of what a new file does.
 */
export class SpoolFiles {
  private folder: Promise<string> | undefined
  private readonly free: string[] = []
  private made = 0

  /** @param dir where to make the folder; the system's temporary folder where not said */
  constructor(private readonly dir?: string | undefined) {}

  /** A file that nobody else has; it may hold what it held before.
   * @throws EvtError `outside` where the folder cannot be made */
  async take(): Promise<string> {
    this.folder ??= makeTempFolder('evt-spool-', this.dir)
    const folder = await this.folder
    return this.free.pop() ?? join(folder, `${this.made++}.ndjson`)
  }

  /** Gives a file back, of which nothing is read any more. */
  give(file: string): void {
    this.free.push(file)
  }

  /** Removes them all. */
  async close(): Promise<void> {
    const folder = await this.folder?.catch(() => undefined)
    if (folder !== undefined) await removeTempFolder(folder)
  }
}
