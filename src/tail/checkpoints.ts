import { EvtError } from '../errors.js'
import type { Consent, Tap } from '../taps/tap.js'
import { CheckpointFile, type SourceCheckpoint } from './checkpoint-file.js'
import { Progress } from './progress.js'

/** From one write to the next, and so many times as long as the last one took. */
const PAUSE_MS = 1_000
const PAUSE_SHARE = 20

interface Tapped {
  readonly address: string
  readonly tap: Tap
}

interface Asked {
  /** As it was typed. */
  readonly file: string
  readonly cwd: string
  readonly consents: ReadonlySet<Consent>
  /** Where a SOURCE begins of which there is no checkpoint. */
  readonly fromUs: number | undefined
}

interface Kept extends Pick<SourceCheckpoint, 'source' | 'tap' | 'version'> {
  readonly progress: Progress
}

/** What is written of all SOURCEs while they are tapped. */
export class Checkpoints {
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()
  #written = ''
  #failure: { error: unknown } | undefined

  constructor(
    private readonly file: CheckpointFile,
    private readonly kept: readonly Kept[],
  ) {}

  of(address: string): Progress | undefined {
    return this.kept.find(({ source }) => source === address)?.progress
  }

  /** Writes from now on, about once a second. @param onFailure called where that cannot be done */
  begin(onFailure: () => void): void {
    const again = (afterMs: number) => {
      this.#timer = setTimeout(async () => {
        const beganMs = performance.now()
        await this.#write()
        if (this.#failure) onFailure()
        else if (this.#timer) again(Math.max(PAUSE_MS, (performance.now() - beganMs) * PAUSE_SHARE))
      }, afterMs)
    }
    again(PAUSE_MS)
  }

  /** Writes for the last time. @throws EvtError where that, or a write before, could not be done */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#write()
    if (this.#failure) throw this.#failure.error
  }

  #write(): Promise<void> {
    this.#writing = this.#writing
      .then(() => this.#writeNow())
      .catch((error) => {
        this.#failure ??= { error }
      })
    return this.#writing
  }

  async #writeNow(): Promise<void> {
    if (this.#failure) return
    const sources = this.kept.map(({ source, tap, version, progress }) => {
      return { source, tap, version, ...progress.state }
    })
    const text = JSON.stringify(sources)
    if (text === this.#written) return
    await this.file.write(sources)
    this.#written = text
  }
}

/**
 * Finds where each SOURCE is to go on.
 *
 * @throws EvtError `usage` for a SOURCE that cannot, and for a file of others or of another version
 */
export async function openCheckpoints(
  tapped: readonly Tapped[],
  { file: shown, cwd, consents, fromUs }: Asked,
): Promise<Checkpoints> {
  const versions = tapped.map((each) => ({ ...each, version: versionOf(each, consents) }))
  const file = new CheckpointFile(shown, cwd)
  const before = await file.read()
  if (before) checkSame(shown, before, tapped)
  const kept = versions.map(({ address, tap, version }): Kept => {
    const known = before?.find(({ source }) => source === address)
    if (known && (known.tap !== tap.name || known.version !== version)) {
      throw new EvtError(`${shown} tells of ${address} what this evt does not understand`, {
        code: 'usage',
        hint: 'give another FILE, or delete this one to begin anew',
      })
    }
    const progress = known
      ? new Progress(known.at ?? undefined, known.fromUs ?? undefined)
      : new Progress(undefined, fromUs)
    return { source: address, tap: tap.name, version, progress }
  })
  return new Checkpoints(file, kept)
}

function versionOf({ address, tap }: Tapped, consents: ReadonlySet<Consent>): number {
  const version = tap.checkpointVersion?.(consents)
  if (version !== undefined) return version
  throw new EvtError(`--resume cannot go on with ${address} where a run before ended`, {
    code: 'usage',
    hint: tap.resumed,
  })
}

function checkSame(
  shown: string,
  before: readonly SourceCheckpoint[],
  tapped: readonly Tapped[],
): void {
  const [was, is] = [before.map(({ source }) => source), tapped.map(({ address }) => address)]
  if (was.length === is.length && is.every((source) => was.includes(source))) return
  throw new EvtError(`${shown} is of other SOURCEs: ${was.join(' ')}`, {
    code: 'usage',
    hint: 'give these, or another FILE',
  })
}
