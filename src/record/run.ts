import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { isRemote } from '../archives/address.js'
import { type Fault, isLoss } from '../archives/object.js'
import type { AwsOptions } from '../aws/options.js'
import { createDecoder } from '../envelopes/decode.js'
import { FreshRegister } from '../erased/fresh-register.js'
import { registerFile } from '../erased/register.js'
import type { Withheld, Withhold } from '../erased/withhold.js'
import { EvtError } from '../errors.js'
import { createMapping, type Mapping } from '../event/mapping.js'
import { type GivenSources, namedSources } from '../reading/named-sources.js'
import { FromTime } from '../tail/from-time.js'
import { checkHeeded } from '../taps/heeded.js'
import { tapFor } from '../taps/index.js'
import {
  type CheckpointAt,
  type Consent,
  type Safety,
  type Start,
  safetyOf,
  type Tap,
  type TapOptions,
} from '../taps/tap.js'
import { Capture } from './capture.js'
import { drive } from './drive.js'
import { flagsOf, inPlace } from './format.js'
import { openHead } from './head.js'
import { Lane } from './lane.js'
import { type Resume, resumeOf, type SourcePlace, type TapVersion } from './last-part.js'
import { PartDuckdb } from './part-duckdb.js'
import type { Decode } from './part-rows.js'
import { type Recorded, Recorder } from './recorder.js'
import type { Format, Store } from './store.js'
import { growthFailure, writeFailure } from './write-failure.js'

const ERASED_MEANWHILE =
  'somebody was erased, who is left out from now on: what came before is put in place with this ' +
  'part, plan that erasure once more then'
const BY_OTHER =
  'was recorded by another mapping until now: the columns of what follows, and what it says of ' +
  'duplicates and order, are by evt.yaml as it is; evt itself reads all of it by the mapping given'
/** How long to put a part in place and acknowledge it may take, beside the time that it grows. */
const HOLD_MS = 30_000

export interface RecordRequest extends GivenSources {
  /** A folder, or `s3://BUCKET/PREFIX`. */
  to: string
  /** Somebody interrupts. */
  signal: AbortSignal
  /** Where to begin: `fromUs` with the first event of that time or later. */
  start: Start | { fromUs: number } | undefined
  follow: boolean | undefined
  consents: ReadonlySet<Consent>
  /** The queue in which S3 tells of new objects. */
  notifications?: string | undefined
  /** How parts are kept; undefined: as those that are there, else as NDJSON. */
  format: Format | undefined
  rollBytes: number
  rollMs: number
  limit: number | null
  durationMs: number | null
  stdin: AsyncIterable<unknown>
  aws: AwsOptions
  /** Takes out who was erased; without it, what is also of others is recorded as it is. */
  withhold: Withhold
  nowMs(): number
  onNote(text: string): void
  onOpen(sources: readonly { address: string; safety: Safety }[]): void
  onProgress(recorded: Readonly<Recorded>): void
}

export interface RecordRun {
  recorded: Readonly<Recorded>
  /** Records that are in place, and that their source was not told of. */
  untaken: number
  /** Whether the target held a recording, which goes on. */
  isResumed: boolean
  sources: readonly string[]
  /** What kept a source from being read whole. */
  faults: readonly { path: string; fault: Fault }[]
  /** Why it ended early; what was put in place before is durable. */
  failure: { error: unknown } | undefined
}

/**
 * Records what comes until the sources end, the limit or the time is reached, or somebody
 * interrupts.
 *
 * @throws EvtError where nothing could be begun
 */
export async function runRecord(request: RecordRequest): Promise<RecordRun> {
  const { config, sources } = await namedSources(request)
  const where = { cwd: request.cwd, aliases: config.archives ?? {} }
  const tapped = await tappedOf(sources, request, where)
  const { notifications } = request
  // What a record refers to is not asked for: to record needs nobody else.
  const register = await FreshRegister.open(registerFile({ ...request, config }), () =>
    request.onNote(ERASED_MEANWHILE),
  )
  const mapping = createMapping({ events: config.events })
  const decode = createDecoder({ mapping })
  for (const kind of register.unknownTo(mapping)) {
    request.onNote(`who was erased comes back: evt.yaml does not say where ${kind} is in events`)
  }
  request.onOpen(tapped.map(({ address, tap }) => ({ address, safety: safetyOf(tap, request) })))
  const store = await openStore(request).catch((error) => {
    register.close()
    throw error
  })
  const faults: { path: string; fault: Fault }[] = []
  const own = new AbortController()
  const duckdb = new PartDuckdb()
  let opened = false
  try {
    await store.lock()
    opened = true
    const { id, format } = await openHead(store, request.nowMs(), request.format)
    await store.giveUp()
    const there = await inPlace(store, format)
    for (const name of there.left) await store.remove(name)
    const resume = await resumeOf(store, there, duckdb)
    const by = { mapping: nameOf(config.events), duckdb }
    const { flags, isByOther } = await flagsOf(store, format, there.parts, by)
    if (isByOther) request.onNote(`${request.to} ${BY_OTHER}`)
    const capture = capturing(register, { mapping, decode, withhold: request.withhold })
    const options: TapOptions = {
      ...startOf(request.start),
      ...{ follow: request.follow, ...where, stdin: request.stdin },
      ...{ decode: capture.decode, onUnread: capture.keep, isWanted: () => true, aws: request.aws },
      ...{ consents: request.consents, filter: undefined, onNote: request.onNote },
      notifications,
      onFault: (path, fault) => {
        if (isLoss(fault)) faults.push({ path, fault })
      },
      ...{ signal: own.signal, holdMs: 2 * request.rollMs + HOLD_MS },
    }
    const lanes = tapped.map((one) => laneOf(one, options, resume))
    const recorder = new Recorder({
      ...{ ...request, store, id, format, decode, ...by, flags, resume, lanes, capture },
    })
    const isResumed = resume.nextPart > 1 || resume.places.size > 0
    if (isResumed) sayGaps(tapped, request.onNote)
    const failure = await drive(recorder, lanes, { ...request, stop: () => own.abort() })
    const failed = failure && { error: failureOf(failure.error, request.to) }
    const { durable: recorded, untaken } = recorder
    const addresses = tapped.map(({ address }) => address)
    const ended = { isResumed, sources: addresses, faults, failure: failed }
    return { recorded, untaken: untaken.size, ...ended }
  } finally {
    own.abort()
    register.close()
    await duckdb.close()
    if (opened) await store.close()
  }
}

/** Takes out who was erased, but of types that are held. */
function capturing(
  register: FreshRegister,
  { mapping, decode, withhold }: { mapping: Mapping; decode: Decode; withhold: Withhold },
): Capture {
  return new Capture(decode, {
    isErased: (entity, type) => register.hasAny([entity]) && !register.isHeld(type, [entity]),
    // One by one: what is held of one is not of another.
    async withhold(text, entities) {
      let left: Withheld = { text, isLeft: false }
      for (const entity of entities) {
        if (left.text === null) break
        const isHeld = (type: string) => register.isHeld(type, [entity])
        const next = await withhold(left.text, { entities: [entity], mapping, decode, isHeld })
        left = { text: next.text, isLeft: left.isLeft || next.isLeft }
      }
      return left
    },
  })
}

/** Each source once.
 * @throws EvtError `usage` where one cannot be recorded as it was asked for */
async function tappedOf(
  sources: readonly string[],
  request: RecordRequest,
  where: Parameters<typeof tapFor>[1],
) {
  const tapped = await Promise.all(
    [...new Set(sources)].map(async (address) => ({ address, ...(await tapFor(address, where)) })),
  )
  const { notifications } = request
  const special = { sequence: undefined, fanOut: undefined, liveTail: undefined, notifications }
  checkHeeded(tapped, special)
  for (const { opens } of tapped) await checkApart(opens, request)
  return tapped
}

/** Tells one mapping from another. */
function nameOf(events: unknown): string {
  const text = JSON.stringify(events ?? {})
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}

function failureOf(error: unknown, to: string): unknown {
  return isRemote(to) ? growthFailure(error, to) : writeFailure(error, to)
}

async function openStore({ to, cwd, aws, signal, onNote }: RecordRequest): Promise<Store> {
  if (/^s3:\/\//.test(to)) {
    const { openPrefix } = await import('./bucket-store.js')
    return openPrefix(to, { aws, signal, onNote })
  }
  if (isRemote(to)) {
    throw new EvtError(`${to} is no target to record to`, {
      code: 'usage',
      hint: 'write a folder, or s3://BUCKET/PREFIX',
    })
  }
  const { openFolder } = await import('./folder-store.js')
  return openFolder(to, resolve(cwd, to))
}

/** What is recorded must not be its own source. */
async function checkApart(source: string, { to, cwd }: RecordRequest): Promise<void> {
  if (isRemote(source) !== isRemote(to) || source === '-') return
  const real = async (one: string) =>
    isRemote(one) ? one.replace(/\/+$/, '') : realOf(resolve(cwd, one))
  const [from, target] = [await real(source), await real(to)]
  const isInside = (inner: string, outer: string) => `${inner}${sep}`.startsWith(`${outer}${sep}`)
  if (!isInside(from, target) && !isInside(target, from)) return
  throw new EvtError(`${source} would be recorded into itself: --to ${to}`, {
    code: 'usage',
    hint: 'record to a folder that is not inside of the SOURCE, nor around it',
  })
}

async function realOf(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}

interface Tapped {
  address: string
  opens: string
  tap: Tap
}

function laneOf({ address, opens, tap }: Tapped, options: TapOptions, resume: Resume): Lane {
  const key = isRemote(opens) || opens === '-' ? opens : resolve(options.cwd, opens)
  const before = resume.places.get(key)
  const version = tap.checkpointVersion?.(options.consents)
  const by = version === undefined ? undefined : { tap: tap.name, version }
  if (before) checkUnderstood(address, before, by)
  // The time that was given when it began, however long ago that is.
  const fromUs = before ? before.fromUs : options.fromUs
  // Of files all is recorded, unless somebody says otherwise.
  const isFromBeginning = tap.name === 'files' || before?.fromUs !== undefined
  const start = options.start ?? (isFromBeginning ? 'beginning' : undefined)
  let place: CheckpointAt | undefined
  let lane: Lane | undefined
  const batches = tap.open(opens, {
    ...{ ...options, start, fromUs, resume: before?.at ?? undefined },
    // Called just before a batch is given, and once before there is one.
    checkpoint: (batch, at) => {
      place = at
      if (batch.length === 0) lane?.begin(at(0))
    },
  })
  const from = new FromTime(address, fromUs, options.onNote)
  lane = new Lane({ address, key, batches, before, from, by, placeBehind: (n) => place?.(n) })
  if (!before && fromUs !== undefined && by) lane.await(fromUs)
  return lane
}

/** @throws EvtError `usage` where another version of a tap said where to go on */
function checkUnderstood(address: string, before: SourcePlace, by: TapVersion | undefined): void {
  if (before.at === null || before.by === undefined) return
  if (before.by.tap === by?.tap && before.by.version === by.version) return
  const { tap, version } = before.by
  throw new EvtError(
    `the recording tells of ${address} what this evt does not understand (${tap}, ${version})`,
    { code: 'usage', hint: 'record to another target, or go on with the evt that recorded it' },
  )
}

function startOf(start: RecordRequest['start']): Pick<TapOptions, 'start' | 'fromUs'> {
  const isTime = typeof start === 'object' && 'fromUs' in start
  return isTime ? { start: 'beginning', fromUs: start.fromUs } : { start }
}

/** What a source keeps for nobody is lost between two runs. */
function sayGaps(tapped: readonly Tapped[], onNote: (text: string) => void): void {
  for (const { address, tap } of tapped) {
    if (tap.name !== 'sns' && tap.name !== 'eventbridge') continue
    onNote(`${address}: what came while nothing was recorded is missing: it is kept for nobody`)
  }
}
