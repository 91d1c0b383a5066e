import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EvtError } from '../errors.js'
import { type WriteState, type WrittenArchive, writeArchive } from './archive.js'
import { writeArchiveLedger } from './archive-ledger.js'
import { checkLedger } from './live/ledger.js'
import { makeWorkload } from './make-workload.js'
import { mappingFile } from './mapping-file.js'
import { planArchive } from './plan.js'
import { type Planted, plantedIn } from './planted.js'
import { checkedSettings, type GivenSettings } from './settings.js'
import { openTarget, type Target } from './target.js'
import { truthOf } from './truth.js'

/** `evt.generate/1`: what was written, and what was planted in it. */
export interface GenerateResult {
  schema: 'evt.generate/1'
  to: string
  seed: number
  objects: number
  bytes: number
  records: number
  /** Deliveries that can be decoded. */
  events: number
  planted: Planted
  truth: string
  mapping: string
}

interface GenerateProgress extends WriteState {
  readonly objectsTotal: number
}

export interface GenerateOptions {
  to: string
  force: boolean
  /** A folder for what was produced, lost events too; undefined: none is written. */
  ledger?: string | undefined
  signal: AbortSignal
  onProgress: (progress: GenerateProgress) => void
}

/**
 * Writes an archive of a synthetic workload with its `truth.json` and `evt.yaml`. The same settings
 * give the same bytes. Interrupted or failed, it leaves the folder as it was.
 *
 * @throws EvtError `usage`, `outside`, `interrupted`
 */
export async function generateArchive(
  given: GivenSettings,
  options: GenerateOptions,
): Promise<GenerateResult> {
  const settings = checkedSettings(given)
  if (options.ledger !== undefined) checkLedger(options.ledger, options)
  const target = await openTarget(options.to, options)
  try {
    const result = await writeAll(settings, target, options)
    await target.keep()
    return result
  } catch (error) {
    await target.discard()
    throw options.signal.aborted ? interrupted(options.to) : outside(error, options.to)
  }
}

async function writeAll(
  settings: ReturnType<typeof checkedSettings>,
  { workPath }: Target,
  { to, force, ledger, signal, onProgress }: GenerateOptions,
): Promise<GenerateResult> {
  const workload = makeWorkload(settings)
  const { count } = workload.deliveries
  if (count === 0) {
    const message = `all ${settings.events} events are lost: there is nothing to write`
    throw new EvtError(message, { code: 'usage', hint: 'lower --loss or raise --events' })
  }
  const plan = planArchive(workload, settings)
  const objectsTotal = plan.objects.length
  const written = await writeArchive(
    workPath,
    { workload, plan, settings },
    { signal, onProgress: (state) => onProgress({ ...state, objectsTotal }) },
  )
  const truth = truthOf(workload, plan, written)
  await writeFile(join(workPath, 'truth.json'), `${JSON.stringify(truth, null, 2)}\n`)
  await writeFile(join(workPath, 'evt.yaml'), mappingFile(settings, workload.rows))
  if (ledger !== undefined) writeArchiveLedger(workload, ledger, force)
  const { objects, bytes, records, undecodable }: WrittenArchive = written
  return {
    schema: 'evt.generate/1',
    to,
    seed: settings.seed,
    objects,
    bytes,
    records,
    events: count,
    planted: plantedIn(workload, { undecodable, reordered: truth.total.ordering.reordered }),
    truth: join(to, 'truth.json'),
    mapping: join(to, 'evt.yaml'),
  }
}

function interrupted(to: string): EvtError {
  return new EvtError(`interrupted: nothing was written to ${to}`, { code: 'interrupted' })
}

/** A disk that is full and the like; defects stay what they are. */
function outside(error: unknown, to: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error
  return new EvtError(`writing to ${to} failed: ${error.message}`, {
    code: 'outside',
    cause: error,
  })
}
