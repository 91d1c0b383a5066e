import { resolve } from 'node:path'
import { withoutAlias } from '../archives/address.js'
import { realOf, sourceAround } from '../archives/around.js'
import { besideFile } from '../config/sources.js'
import { ErasedSince } from '../erased/erased-since.js'
import { Register, registerFile } from '../erased/register.js'
import type { Withhold } from '../erased/withhold.js'
import { EvtError } from '../errors.js'
import { type Asked, askArchive } from '../questions/asked-archive.js'
import type { Searched } from '../questions/searched.js'
import { count, noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type OpenedArchive, openArchive } from '../reading/open-archive.js'
import { progressOf } from '../reading/progress.js'
import { sinkFor } from '../sinks/index.js'
import type { OpenSink, Sink } from '../sinks/sink.js'
import { BegunLine } from './begun-line.js'
import { checkClaimPlace, withClaimCheck } from './claim-check.js'
import { checkEmpty } from './empty-target.js'
import type { Making } from './entries.js'
import { type FanOut, fanOutOf } from './fan-out.js'
import { Journal } from './journal.js'
import { type Planned, type PlanOf, planned } from './plan.js'
import type { ReplayRequest } from './request.js'
import type { ReplayResult } from './result.js'
import { sendEntries } from './send.js'
import { replayStatement } from './statement.js'
import type { Snapshot } from './states.js'
import type { MaskHits } from './transform/masks.js'
import { Unerased } from './unerased.js'

/** What now is while it is planned: of as many digits as it will be, and of no year long ago. */
const PLANNED_MS = Date.UTC(2026, 0)

export interface ReplayRun {
  readonly result: ReplayResult
  /** Why it does not end well although there is a plan. */
  readonly failure: unknown
}

export interface ReplayHooks {
  /** Called with the plan before anything is sent; false: nothing is to be.
   * @throws EvtError where it cannot be asked */
  agree(plan: ReplayResult, archive: OpenedArchive): Promise<boolean>
  onSending(done: { sent: number; bytes: number }): void
  /** Takes out who was erased. */
  withhold: Withhold
}

/**
 * `evt replay`: looks at the target, reads the archive, tells what would be sent, and where that is
 * agreed to, sends it.
 *
 * @throws EvtError where there is no plan: what was typed wrong, no target, nothing selected
 */
export async function runReplay(request: ReplayRequest, hooks: ReplayHooks): Promise<ReplayRun> {
  const { to, cwd, topology: templates } = request
  const kind = await sinkFor(to)
  const sink = await opened(kind, request)
  let since: ErasedSince | undefined
  try {
    const fanOut = await fanOutOf(sink, { templates, cwd })
    const archive = await openArchive(reading(request))
    const { sources, pruned, objects } = archive
    if (objects.length === 0) throw noObjects(sources, pruned)
    await checkOutside(request, sink, archive)
    checkClaimPlace(request.claimCheck, archive)
    const clock = { nowMs: PLANNED_MS }
    const rules = rulesFile(request, archive)
    const { transform, masks } = await transformFor(rules, request, archive, clock)
    const snapshot = snapshotFor(request, archive)
    const making = { transform, masks, snapshot, rules }
    const { config } = archive
    const register = await Register.open(registerFile({ ...request, config }))
    since = await ErasedSince.open(register)
    const { mapping } = archive
    const unerased = new Unerased({ register, mapping, withhold: hooks.withhold })
    const tellsEntities = !register.isEmpty || hasEntities(mapping)
    const statement = await replayStatement({
      ...{ ...request, isDistinct: request.distinct, tellsEntities },
      ...{ tellsDelivery: kind.marks === 'line', isPicked: request.sql !== null },
      snapshotUs: snapshot?.sinceUs ?? null,
    })
    const context = { kind, sink, archive, request, hooks, making, clock, fanOut, unerased, since }
    return await askArchive(statement, askingOf(request, archive), (asked) =>
      replayed(asked, context),
    )
  } finally {
    since?.close()
    sink.close()
  }
}

/** Somebody may be erased while it is sent. */
function hasEntities({ rules }: OpenedArchive['mapping']): boolean {
  return rules.some(({ mapping }) => (mapping.entities ?? []).length > 0)
}

async function opened(kind: Sink, request: ReplayRequest): Promise<OpenSink> {
  const { to, cwd, signal, aws = {}, claimCheck: place } = request
  const sink = await kind.open(to, { aws, cwd, signal })
  if (place === null) return sink
  try {
    return await withClaimCheck(sink, { kind, place, aws })
  } catch (error) {
    sink.close()
    throw error
  }
}

/** What came before is read, too, where it is told as states. */
function reading(request: ReplayRequest): ReplayRequest {
  const { range, snapshot } = request
  return snapshot ? { ...request, range: { ...range, sinceUs: null } } : request
}

function snapshotFor(
  { snapshot, range, entities }: ReplayRequest,
  { mapping }: OpenedArchive,
): Snapshot | null {
  const { sinceUs } = range
  return snapshot && sinceUs !== null ? { sinceUs, entities, mapping } : null
}

function askingOf(request: ReplayRequest, { index: _, ...archive }: OpenedArchive) {
  const { presets, memoryLimitBytes, signal, types, entities, keys, ids, filter } = request
  const { range } = reading(request)
  return {
    locate: request.locate,
    // An index has documents as JSON that says the same; what is sent is what was received.
    ...{ archive, presets, memoryLimitBytes, signal, sqlFromBytes: 0 },
    picking: request.sql ?? undefined,
    chosen: { ...range, types, entities, keys, ids, filter: filter?.pattern },
    onProgress: progressOf(archive.objects, request),
  }
}

interface Context {
  readonly kind: Sink
  readonly sink: OpenSink
  readonly archive: OpenedArchive
  readonly request: ReplayRequest
  readonly hooks: ReplayHooks
  readonly making: PlanOf['making']
  readonly fanOut: FanOut
  /** What events that are to be of now are: of no time while it is planned, so that the same plan
   * is the same. */
  readonly clock: { nowMs: number }
  readonly unerased: Unerased
  readonly since: ErasedSince
}

/** As typed, or as evt.yaml names it. */
function rulesFile({ transform }: ReplayRequest, { config }: OpenedArchive): string | null {
  const usual = config.replay?.transform
  return transform ?? (usual === undefined ? null : besideFile(usual, config))
}

/** @throws EvtError `usage` for rules that are wrong */
async function transformFor(
  file: string | null,
  { cwd }: ReplayRequest,
  { mapping }: OpenedArchive,
  clock: Context['clock'],
): Promise<{ transform: Making['transform']; masks: MaskHits | null }> {
  if (file === null) return { transform: null, masks: null }
  const { MaskHits } = await import('./transform/masks.js')
  const { readTransform } = await import('./transform/rules.js')
  const { transformOf } = await import('./transform/transform.js')
  const nowMs = () => clock.nowMs
  const found = await readTransform(file, { cwd, nowMs })
  const masks = new MaskHits(found)
  return { transform: transformOf(found, { mapping, nowMs, hits: masks }), masks }
}

async function replayed({ rows, again, searched }: Asked, context: Context): Promise<ReplayRun> {
  const { request, hooks, sink, archive, unerased } = context
  const plan = await planned(rows, searched, context)
  const { result } = plan
  request.onRead?.()
  checkRead(request, searched, plan)
  const refusal = refusalOf(plan, request)
  if (refusal) return { result, failure: refusal }
  await checkEmpty(sink, { ...result, cwd: request.cwd, what: 'replay' })
  if (!(await hooks.agree(result, archive))) return { result, failure: undefined }
  const line = new BegunLine(request, identityOf(sink))
  await line.check(result)
  const journal = await openJournal(result, context)
  if (journal) journal.syncTarget = () => sink.sync?.()
  try {
    await line.begin(result)
    const { marking } = plan
    const { speed, concurrency, signal, injection } = request
    context.clock.nowMs = request.nowMs()
    const { sent, failure } = await sendEntries(unerased.of(await again()), {
      making: { marking, injection, ...context.making },
      ...{ sink, journal, speed, concurrency, signal, events: result.events },
      skipsRefused: request.skipRefused,
      isErased: (entities) => context.since.hasAny(entities),
      onProgress: hooks.onSending,
    })
    const done = { ...result, sent }
    const isPartial = missing(done, request) > 0
    if (!isPartial) await line.end()
    return { result: { ...done, partial: isPartial }, failure: failure ?? unsent(done, request) }
  } finally {
    journal?.close()
  }
}

/** A selection that was not read to its end, or holds nothing. */
function checkRead(request: ReplayRequest, searched: Searched, { result, leftOut }: Planned) {
  const { sources, events } = result
  const cut = endedBadly({ ...searched, ...request })
  if (cut) {
    const message = `nothing was sent: ${cut.message.replace(/: the result is partial$/, '')}`
    throw new EvtError(message, { code: cut.code, hint: cut.hint, cause: cut })
  }
  if (events > 0) return
  const { records, undecodable } = searched
  const bad = undecodable === 0 ? '' : `, ${count(undecodable, 'record')} cannot be decoded`
  const erased = leftOut === 0 ? '' : `, ${count(leftOut, 'event')} of somebody who was erased`
  const read = `${count(records, 'record')} read${bad}${erased}`
  const message = `no events to send in ${sources.join(' ')}: ${read}`
  throw new EvtError(message, { code: 'inconclusive' })
}

/** Why a plan is not to be carried out as it was typed. */
function refusalOf({ result, tally }: Planned, request: ReplayRequest): EvtError | undefined {
  if (tally.replays > 0 && !request.replays) {
    return new EvtError(`nothing was sent: ${count(tally.replays, 'event')} came by a replay`, {
      code: 'usage',
      hint: '--replays sends them again all the same; --filter can leave them out',
    })
  }
  const [first] = result.refused
  if (!first || request.skipRefused) return undefined
  const others = result.refused.slice(1).reduce((sum, one) => sum + one.count, 0)
  const more = others === 0 ? '' : `, and ${count(others, 'event')} for other reasons`
  const reason = `${first.count === 1 ? 'it' : 'each'} ${first.reason}`
  const what = `${count(first.count, 'event')} cannot be sent, since ${reason}${more}`
  const isKeyless = / key, which /.test(first.reason)
  return new EvtError(`nothing was sent: ${what}`, {
    code: 'usage',
    hint: isKeyless
      ? '--map key=$.detail.orderId says where the key is; --skip-refused sends the others'
      : '--skip-refused sends the others',
  })
}

async function openJournal({ journal, plan, to, events }: ReplayResult, context: Context) {
  if (journal === null) return null
  // What it tells of is gone where the target is empty.
  const isAnew = (await context.sink.isEmpty?.()) === true
  const of = { plan, to, at: identityOf(context.sink), events }
  return Journal.open(resolve(context.request.cwd, journal), of, isAnew)
}

/** Which target it is, whatever words named it. */
function identityOf({ arn, path, target }: OpenSink): string {
  return arn || path || target
}

/** What is read must not be written to, nor what the next run would read, which could not go on. */
async function checkOutside(
  { to, cwd }: ReplayRequest,
  { path }: OpenSink,
  archive: OpenedArchive,
) {
  if (path === undefined) return
  const { sources, config, objects } = archive
  const written = await realOf(path)
  if (objects.some((one) => one.kind === 'file' && [path, written].includes(one.file))) {
    throw new EvtError(`--to ${to} is one of the files that are read`, { code: 'usage' })
  }
  for (const source of sources) {
    const named = withoutAlias(source, config.archives ?? {})
    if (!(await sourceAround([path], [named], cwd))) continue
    throw new EvtError(`--to ${to} is in ${source}, which is read`, {
      ...{ code: 'usage', hint: 'name a file beside it' },
    })
  }
}

/** Events that were to be sent and were not. */
function missing({ sent, refused }: ReplayResult, { skipRefused }: ReplayRequest): number {
  if (!sent) return 0
  const left = refused.reduce((sum, one) => sum + one.count, 0)
  return sent.failed + sent.notSent - (skipRefused ? left : 0)
}

function unsent(result: ReplayResult, request: ReplayRequest): EvtError | undefined {
  const left = missing(result, request)
  if (left <= 0) return undefined
  const hint = result.journal === null ? undefined : 'the same line goes on where this one ended'
  const what = `${left.toLocaleString('en')} of ${count(result.events, 'event')}`
  return request.signal.aborted
    ? new EvtError(`interrupted: ${what} not sent`, { code: 'interrupted', hint })
    : new EvtError(`${what} could not be sent`, { code: 'outside', hint })
}
