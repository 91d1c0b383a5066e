import type { Bucket } from '../aws/bucket.js'
import { type Holder, isGone, ownHolder, parseHolder, taken, takenOver } from './holder.js'

/** A lock that nobody has renewed for so long is nobody's. */
const LEASE_MS = 60_000
const RENEWED_EACH_MS = 15_000
const TRIES = 3

/** A lock in a bucket, by conditional writes: its holder puts it again and again. */
export class BucketLock {
  readonly #holder: Holder = ownHolder()
  #etag = ''
  #renewedMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(
    private readonly bucket: Bucket,
    private readonly key: string,
    private readonly address: string,
    private readonly sleep: (ms: number) => Promise<void>,
  ) {}

  /** @throws EvtError `outside` where somebody else holds it */
  async take(): Promise<void> {
    for (let tries = 0; ; tries++) {
      if (await this.#put({ ifAbsent: true })) break
      const found = await this.bucket.get(this.key)
      if (!found) continue
      const holder = parseHolder(found.bytes.toString()) ?? { pid: 0, host: '', token: '' }
      if (tries >= TRIES || !(await this.#isStale(holder, found.etag))) {
        throw taken(this.address, holder)
      }
      if (await this.#put({ ifEtag: found.etag })) break
    }
    const renew = () => void this.check().catch(() => undefined)
    this.#timer = setInterval(renew, RENEWED_EACH_MS).unref()
  }

  /** Renews it. @throws EvtError `outside` where somebody has taken it over */
  async check(): Promise<void> {
    if (performance.now() - this.#renewedMs < RENEWED_EACH_MS / 2) return
    if (await this.#put({ ifEtag: this.#etag })) return
    const found = await this.bucket.get(this.key)
    const holder = found && parseHolder(found.bytes.toString())
    // An answer was lost: the lock is evt's own all the same.
    if (found && holder?.token === this.#holder.token) this.#etag = found.etag
    else throw takenOver(this.address, holder)
  }

  async release(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#etag !== '') await this.bucket.remove(this.key, { ifEtag: this.#etag })
  }

  async #put(only: Parameters<Bucket['put']>[2]): Promise<boolean> {
    const beganMs = performance.now()
    const renewedAt = { ...this.#holder, renewedAt: new Date().toISOString() }
    const etag = await this.bucket.put(this.key, JSON.stringify(renewedAt), only)
    if (etag === undefined) return false
    this.#etag = etag
    this.#renewedMs = beganMs
    return true
  }

  /** Whether nobody renews it: where clocks differ, waiting alone tells. */
  async #isStale(holder: Holder, etag: string): Promise<boolean> {
    if (isGone(holder)) return true
    for (let waitedMs = 0; waitedMs < LEASE_MS; waitedMs += RENEWED_EACH_MS) {
      await this.sleep(RENEWED_EACH_MS)
      const now = await this.bucket.get(this.key)
      if (now?.etag !== etag) return now === undefined
    }
    return true
  }
}
