import { makeTempFolder, removeTempFolder } from '../archives/temp-folder.js'
import { bucketKey } from '../aws/bucket-address.js'
import type { VersionedBucket } from '../aws/bucket-versions.js'
import type { AwsOptions } from '../aws/options.js'

/** Of folders with copies of objects, as they are without an erasure and with it. */
export const TEMP_PREFIX = 'evt-erase-'

/** The buckets that an erasure has to do with, and a folder for copies of their objects. */
export class OpenBuckets {
  readonly #opened = new Map<string, Promise<VersionedBucket>>()
  #folder: Promise<string> | undefined
  #made = 0

  constructor(
    private readonly aws: AwsOptions,
    private readonly signal: AbortSignal,
  ) {}

  /** @param address of an object */
  async at(address: string): Promise<{ bucket: VersionedBucket; name: string; key: string }> {
    const { name, key } = bucketKey(address)
    const opening = this.#opened.get(name) ?? this.#open(name)
    this.#opened.set(name, opening)
    return { bucket: await opening, name, key }
  }

  /** A file that is not there yet. */
  async newCopy(): Promise<string> {
    this.#folder ??= makeTempFolder(TEMP_PREFIX)
    return `${await this.#folder}/${this.#made++}`
  }

  async close(): Promise<void> {
    for (const opening of this.#opened.values()) (await opening.catch(() => undefined))?.close()
    const folder = await this.#folder
    if (folder !== undefined) await removeTempFolder(folder)
  }

  async #open(name: string): Promise<VersionedBucket> {
    const { openVersions } = await import('../aws/bucket-versions.js')
    return openVersions(name, this.aws, this.signal)
  }
}
