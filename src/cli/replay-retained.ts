import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { resourceAddress } from '../aws/address.js'
import { cacheFolder } from '../config/cache-folder.js'
import { loadConfig } from '../config/load.js'
import { sourcesOf } from '../config/sources.js'
import { EvtError } from '../errors.js'
import { withhold } from '../privacy/withhold.js'
import { count } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type RecordRun, runRecord } from '../record/run.js'
import type { Consent } from '../taps/tap.js'
import { recordProgress } from '../ui/record-text.js'
import { safeText } from '../ui/safe-text.js'
import { awsOptions } from './flags.js'
import { progressFor } from './progress.js'
import type { TypedArchive } from './read-request.js'
import { type TimeRange, timeRange } from './time.js'

const ROLL_BYTES = 64e6
const ROLL_MS = 60_000

interface TypedRetained extends TypedArchive {
  readonly flags: TypedArchive['flags'] & {
    readonly intrusive?: readonly Consent[] | undefined
    readonly plan?: string | undefined
    readonly engine?: string | undefined
    readonly snapshot?: boolean | undefined
    readonly 'allow-partial'?: boolean | undefined
  }
  note(text: string): void
}

/** What streams and queues held, as a recording, and the time of which it is wanted. */
export interface Retained {
  /** As they were named. */
  readonly sources: readonly string[]
  readonly folder: string
  readonly range: TimeRange
  /** Removes it, as it is a copy of what others sent. */
  end(): Promise<void>
}

const noteShape = z.object({
  sources: z.array(z.string()),
  folder: z.string(),
  at: z.string(),
  records: z.number(),
  range: z.object({ sinceUs: z.number().nullable(), untilUs: z.number().nullable() }),
  /** Who made it, or goes on with it: nobody else takes it away meanwhile. */
  pid: z.number().optional(),
})
type Note = z.infer<typeof noteShape>

/**
 * Where streams and queues are to be replayed: records what they hold by now into the cache of evt,
 * as what is sent again must stay while it is sent. The same line finds what it recorded, as long
 * as not all of it was sent.
 *
 * @param line what was typed, without what may be there or not
 * @returns undefined where archives alone are read
 * @throws EvtError `usage` beside archives, or where a plan or another engine needs what stays
 */
export async function retained(
  typed: TypedRetained,
  line: readonly string[],
): Promise<Retained | undefined> {
  const sources = await heldIn(typed)
  if (sources.length === 0) return undefined
  refuse(typed, sources)
  const above = join(cacheFolder(process.env), 'replay')
  const name = nameOf(line)
  const noteFile = join(above, `${name}.recorded.json`)
  const heldBy = ({ sources, folder, range }: Note): Retained => ({
    ...{ sources, folder, range },
    async end() {
      await rm(noteFile, { force: true })
      await rm(folder, { recursive: true, force: true })
    },
  })
  const before = await noteIn(noteFile)
  if (before !== undefined && existsSync(before.folder)) {
    const what = `${count(before.records, 'record')} of ${before.sources.join(' ')}`
    typed.note(`goes on with ${what}, read at ${before.at} (${before.folder})`)
    await noteAt(noteFile, { ...before, pid: process.pid })
    return heldBy(before)
  }
  const now = Date.now()
  const range = timeRange(typed.flags, now)
  await mkdir(above, { recursive: true, mode: 0o700 })
  // One of its own: what a run left that was killed may lack what that run knew of it.
  const folder = await mkdtemp(join(above, `${name}.recorded-${process.pid}-`))
  const note = { sources, folder, at: new Date(now).toISOString(), range, pid: process.pid }
  try {
    const records = await record({ ...typed, given: sources }, folder, range)
    const held: Note = { ...note, records }
    await noteAt(noteFile, held)
    return heldBy(held)
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** Those of the SOURCEs that hold messages for a while; all, or none. */
async function heldIn({ given, flags }: TypedRetained): Promise<string[]> {
  const where = { cwd: process.cwd(), env: process.env }
  const config = await loadConfig({ ...where, file: flags.config, firstSource: given[0] })
  const sources = sourcesOf(given, config)
  const isHeld = (source: string) => {
    const service = resourceAddress(source)?.service
    return ['kinesis', 'dynamodb', 'sqs', 'logs'].includes(service ?? '')
  }
  const held = sources.filter(isHeld)
  const other = sources.find((source) => !isHeld(source))
  if (held.length > 0 && other !== undefined) {
    throw new EvtError(`${held[0]} beside ${other}: replay one after the other`, { code: 'usage' })
  }
  return held
}

function refuse({ flags }: TypedRetained, sources: readonly string[]): void {
  const what =
    flags.plan !== undefined ? '--plan' : flags.engine === 'athena' ? '--engine athena' : undefined
  if (what === undefined) return
  const [first = ''] = sources
  const consent = flags.intrusive === undefined ? '' : ' --intrusive'
  throw new EvtError(`${what} needs what stays, and ${first} does not`, {
    code: 'usage',
    hint: `evt record ${first}${consent} --no-follow --to recorded, then replay recorded`,
  })
}

function nameOf(line: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([line, process.cwd()]))
  return hash.digest('hex').slice(0, 32)
}

/** At once: whoever is killed meanwhile goes on with what was noted before. */
async function noteAt(file: string, note: Note): Promise<void> {
  const aside = `${file}.part`
  await writeFile(aside, JSON.stringify(note), { mode: 0o600 })
  await rename(aside, file)
}

async function noteIn(file: string): Promise<Note | undefined> {
  try {
    return noteShape.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    // None is there, or it was being written when evt was killed.
    return undefined
  }
}

/** @returns how many records they held */
async function record(typed: TypedRetained, to: string, range: TimeRange): Promise<number> {
  const { flags, given, signal, note } = typed
  const progress = await progressFor(flags)
  try {
    const run = await runRecord({
      ...{ given, to, config: flags.config, cwd: process.cwd(), env: process.env, signal },
      // States are of what came before, too.
      start: range.sinceUs === null || flags.snapshot ? 'beginning' : { fromUs: range.sinceUs },
      ...{ follow: false, consents: new Set(flags.intrusive ?? []), aws: awsOptions(flags) },
      ...{ format: undefined, rollBytes: ROLL_BYTES, rollMs: ROLL_MS, limit: null },
      ...{ durationMs: null, stdin: process.stdin, withhold, nowMs: Date.now },
      onNote: (text) => note(safeText(text)),
      onOpen: (sources) => {
        for (const { address, safety } of sources) note(`${safety}  ${address}`)
      },
      onProgress: (recorded) => progress.update(recordProgress(given.join(' '), recorded)),
    })
    const failure = endOf(run, typed)
    if (failure !== undefined) throw failure
    return run.recorded.records
  } finally {
    progress.stop()
  }
}

function endOf({ failure, recorded, faults }: RecordRun, typed: TypedRetained): unknown {
  if (failure !== undefined) return failure.error
  const { signal, flags, given } = typed
  const allowPartial = flags['allow-partial'] ?? false
  const cut = endedBadly({ records: recorded.records, objectFaults: faults, signal, allowPartial })
  if (cut !== undefined) {
    const message = `nothing was sent: ${cut.message.replace(/: the result is partial$/, '')}`
    return new EvtError(message, { code: cut.code, hint: cut.hint, cause: cut })
  }
  if (recorded.records > 0) return undefined
  return new EvtError(`no events to send: ${given.join(' ')} holds none of this time`, {
    code: 'inconclusive',
  })
}
