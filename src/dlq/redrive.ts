import { createHash } from 'node:crypto'
import { join, resolve } from 'node:path'
import { moveActions } from '../aws/queue-moves.js'
import { cacheFolder } from '../config/cache-folder.js'
import { createDecoder } from '../envelopes/decode.js'
import type { Withhold } from '../erased/withhold.js'
import { EvtError } from '../errors.js'
import { createMapping } from '../event/mapping.js'
import { checkEmpty } from '../replay/empty-target.js'
import { sinkFor } from '../sinks/index.js'
import type { OpenSink } from '../sinks/sink.js'
import { ErasedLetters } from './erased-letters.js'
import { LEAST_PER_SECOND, moveByEvt } from './move.js'
import { MoveJournal } from './move-journal.js'
import { MOST_PER_SECOND, moveBySqs } from './move-task.js'
import { type FoundQueue, factsOf, findQueue } from './queue.js'
import type { RedriveRequest } from './redrive-request.js'
import type { Moved, RedriveResult } from './redrive-result.js'
import { fanOutOf, warningsOf } from './redrive-warnings.js'
import type { SourceQueue } from './result.js'
import { checkReceives, empty } from './run.js'
import { type Way, wayOf } from './way.js'

const looking = ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:ListDeadLetterSourceQueues']
const moving = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility']
/** How long what is under way may take after evt was told to end. */
const LATE_MS = 15_000

export interface RedriveRun {
  readonly result: RedriveResult
  /** Why it does not end well although there is a plan. */
  readonly failure: unknown
}

interface Hooks {
  /** Called with the plan before anything is moved; false: nothing is to be. */
  agree(plan: RedriveResult): Promise<boolean>
  onProgress(done: { readonly moved: number; readonly of: number | null }): void
  /** Takes out who was erased. */
  withhold: Withhold
}

/** Who was erased does not come back by a redrive, either. */
function erasedFor(
  { config }: FoundQueue,
  { cwd, env, onNote }: RedriveRequest,
  { withhold }: Hooks,
): Promise<ErasedLetters> {
  return ErasedLetters.open({ config, cwd, env, onNote, withhold })
}

/**
 * `evt dlq redrive`: tells what would be moved, and where that is agreed to, moves it.
 *
 * @throws EvtError where there is no plan: no queue, nothing in it, no target
 */
export async function runRedrive(request: RedriveRequest, hooks: Hooks): Promise<RedriveRun> {
  const { signal } = request
  const late = new AbortController()
  const leave = () => void setTimeout(() => late.abort(), LATE_MS).unref()
  signal.addEventListener('abort', leave)
  const needs = [...looking, ...moveActions, ...moving]
  const found = await findQueue({ ...request, signal: late.signal }, needs)
  const erased = await erasedFor(found, request, hooks)
  const way = await wayOf(found, request, erased.isAny).catch((error) => {
    erased.close()
    throw error
  })
  try {
    const { visible, inFlight, delayed } = found.facts
    if (visible + inFlight + delayed === 0) throw empty(found)
    if (way.by === 'evt') checkReceives(found)
    const plan = await planOf(found, way, request)
    await checkEmpty(way.sink, { ...plan, cwd: request.cwd, what: 'move' })
    if (!(await hooks.agree(plan))) return { result: plan, failure: undefined }
    if (signal.aborted)
      throw new EvtError('interrupted: nothing was moved', { code: 'interrupted' })
    const run = { found, way, plan, erased, request, hooks, late: late.signal }
    const { moved, failure } = await (way.sink ? byEvt(run, way.sink) : bySqs(run))
    const isEmpty = failure === undefined && isNothing(moved) && !signal.aborted
    if (isEmpty && way.sink) throw empty(found)
    const failed = failure ?? unmoved(moved, signal)
    const failedAtAll = failed ?? (way.sink && (await unseen(found, moved)))
    return { result: { ...plan, moved }, failure: failedAtAll }
  } finally {
    way.sink?.close()
    erased.close()
    signal.removeEventListener('abort', leave)
  }
}

interface Run {
  readonly found: FoundQueue
  readonly way: Way
  readonly erased: ErasedLetters
  readonly plan: RedriveResult
  readonly request: RedriveRequest
  readonly hooks: Hooks
  readonly late: AbortSignal
}

async function planOf(
  { source, facts, from }: FoundQueue,
  { by, target, arn, sink }: Way,
  request: RedriveRequest,
): Promise<RedriveResult> {
  const { to = null, perSecond, nowMs, env, cwd, aws, signal } = request
  if (perSecond !== null) checkRate(perSecond, by)
  if (by === 'sqs' && request.journal !== undefined) {
    throw new EvtError('--journal does not go with a move by SQS, of which evt notes nothing', {
      ...{ code: 'usage', hint: 'leave it out' },
    })
  }
  const fanOut = to === null ? undefined : await fanOutOf(to, { ...aws, signal })
  const targetArn = arn ?? sink?.arn
  const hasAttributes = to === null || (await sinkFor(to)).marks === 'attribute'
  const keeps = { keepsOrder: sink?.keepsOrder, hasAttributes }
  const of = { facts, from, by, to, targetArn, ...keeps, fanOut }
  return {
    ...{ schema: 'evt.redrive/1', asOf: new Date(nowMs()).toISOString(), source },
    ...{ queue: facts, from, by, to, target, perSecond },
    durationMs: perSecond === null ? null : Math.round((facts.visible / perSecond) * 1_000),
    warnings: warningsOf(of),
    journal: sink ? resolve(cwd, request.journal ?? journalFor(facts.arn, sink, env)) : null,
    moved: null,
  }
}

function checkRate(perSecond: number, by: Way['by']): void {
  if (by === 'evt' && perSecond >= LEAST_PER_SECOND) return
  if (by === 'evt') {
    throw new EvtError(`evt moves at least ${LEAST_PER_SECOND} messages a second`, {
      ...{ code: 'usage', hint: 'what was received would be shown again before it is sent' },
    })
  }
  if (Number.isInteger(perSecond) && perSecond <= MOST_PER_SECOND) return
  throw new EvtError(`SQS moves a whole number of messages a second, up to ${MOST_PER_SECOND}`, {
    ...{ code: 'usage', hint: 'give such a --rate, or leave it out' },
  })
}

function journalFor(arn: string, sink: OpenSink, env: RedriveRequest['env']): string {
  const hash = createHash('sha256').update(JSON.stringify([arn, identityOf(sink)]))
  return join(cacheFolder(env), 'redrive', `${hash.digest('hex').slice(0, 32)}.ndjson`)
}

function identityOf({ arn, path, target }: OpenSink): string {
  return arn || path || target
}

async function bySqs({ found, way, request, hooks, late }: Run) {
  const { sqs, facts, source } = found
  const before = await sqs.moves.latest(facts.arn)
  if (before?.status === 'RUNNING' || before?.status === 'CANCELLING') {
    const { moved, toMove } = before
    const done = `${moved} of ${toMove ?? 'an unknown number of'} messages`
    throw new EvtError(`SQS moves the messages of ${source} already: ${done} so far`, {
      code: 'outside',
      hint: `aws sqs list-message-move-tasks --source-arn ${facts.arn}`,
    })
  }
  const { perSecond, signal, onNote } = request
  return moveBySqs({
    ...{ moves: sqs.moves, from: facts.arn, to: way.arn, before },
    ...{ perSecond, signal, late, onNote },
    onProgress: hooks.onProgress,
  })
}

async function byEvt({ found, plan, erased, request, hooks, late }: Run, sink: OpenSink) {
  const { sqs, queue, facts, nature, config, from } = found
  const { perSecond, signal, nowMs, onNote } = request
  const path = plan.journal ?? ''
  // What it says was sent is there no more where the target is empty, and is in the queue alone.
  const isAnew = (await sink.isEmpty?.()) === true
  const journal = MoveJournal.open(path, { from: facts.arn, to: identityOf(sink) }, isAnew)
  try {
    return await moveByEvt({
      ...{ queue, nature, sink, journal, erased, perSecond, signal, late, onNote },
      decode: createDecoder({ mapping: createMapping({ events: config.events }) }),
      isOf: ({ Attributes }) => isOf(Attributes?.DeadLetterQueueSourceArn, sink, from),
      // Messages have the times of SQS, and the clock here may be behind.
      beganMs: sqs.nowMs() ?? nowMs(),
      onProgress: (moved) => hooks.onProgress({ moved, of: facts.visible }),
    })
  } finally {
    journal.close()
  }
}

/** What came from another queue does not go to one that has its dead letters here, too. */
function isOf(
  came: string | undefined,
  { arn }: OpenSink,
  from: readonly SourceQueue[] | null,
): boolean {
  const isSource = from?.some((one) => one.arn === arn) === true
  return !isSource || came === undefined || came === arn
}

/** What is there is hidden, or was counted and is not there. */
function isNothing({ errors: _, isCancelled: __, ...counts }: Moved): boolean {
  return Object.values(counts).every((count) => count === 0)
}

/** What a receive hid whose answer was lost, or a run that was killed, comes by itself later. */
async function unseen({ queue, facts }: FoundQueue, moved: Moved): Promise<EvtError | undefined> {
  const { messages, sentBefore, failed, returned, left, others, newer, erased } = moved
  const stayed = failed + left + others + newer + erased
  const expected = facts.visible + facts.inFlight - messages - sentBefore - stayed
  if (expected <= 0) return undefined
  const { visible, inFlight } = factsOf(queue, await queue.attributes())
  const count = Math.min(expected, visible + inFlight - stayed - returned)
  if (count <= 0) return undefined
  return new EvtError(`not all was moved: about ${count} are hidden`, {
    code: 'outside',
    hint: 'the same line moves them, where nobody else has received them, in 3 minutes',
  })
}

function unmoved(moved: Moved, signal: AbortSignal): EvtError | undefined {
  const { failed, undeleted, returned, left } = moved
  const hint = 'the same line goes on where this one ended'
  if (signal.aborted) return new EvtError('interrupted', { code: 'interrupted', hint })
  const told = [
    [failed, 'could not be sent'],
    [undeleted, 'were sent, and could not be deleted'],
    [returned, 'failed again'],
    [left, 'were left'],
  ] as const
  const parts = told.flatMap(([count, what]) => (count > 0 ? `${count} ${what}` : []))
  if (parts.length === 0) return undefined
  return new EvtError(`not all was moved: ${parts.join(', ')}`, { code: 'outside', hint })
}
