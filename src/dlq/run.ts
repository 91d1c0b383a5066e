import type { Message } from '../aws/queue.js'
import { createDecoder } from '../envelopes/decode.js'
import { EvtError } from '../errors.js'
import type { JsonPath } from '../event/json-path.js'
import { createMapping } from '../event/mapping.js'
import { REDACTED } from '../event/redact.js'
import { count } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { agesOf, groupsOf, lossInMs } from './groups.js'
import { type Decode, type Letter, letterOf, redacting, shownLetter } from './letter.js'
import { look } from './look.js'
import { lettersNamed, type NamedLetters, takesQueue } from './named.js'
import { messageGroupsOf, type OpenAgainst, openAgainst, processedOf } from './overtaken.js'
import { park } from './park.js'
import { type FoundQueue, queueAt } from './queue.js'
import type { DlqRequest } from './request.js'
import type { DlqResult } from './result.js'
import { type StoredLetters, storedLetters } from './stored.js'
import { streamFailures } from './streams.js'

const looking = [
  ...['sqs:GetQueueUrl', 'sqs:GetQueueAttributes', 'sqs:ListDeadLetterSourceQueues'],
  ...['sqs:ReceiveMessage', 'sqs:ChangeMessageVisibility'],
]
/** With fewer receives until the next dead-letter queue, a look at it may lead there. */
const FEW_RECEIVES = 3

export interface DlqRun {
  readonly result: DlqResult
  /** Why it does not end well although there is a result. */
  readonly failure: unknown
}

/**
 * `evt dlq`: what is in a queue of dead letters. Each message is received once and given back. Or
 * what Lambda left in S3, or in files of it.
 *
 * @param agree called before anything is received
 * @throws EvtError `inconclusive` where nothing is in it
 */
export async function runDlq(
  request: DlqRequest,
  agree: (found: FoundQueue) => Promise<void>,
): Promise<DlqRun> {
  const place = await lettersNamed(request)
  const { config, named, source } = place
  if (named !== undefined && named.service !== 'sqs') {
    throw new EvtError(`${source} is no queue`, { code: 'usage', hint: takes })
  }
  const maps = [...request.maps]
  const decode = createDecoder({ mapping: createMapping({ events: config.events, maps }) })
  const paths = config.privacy?.redact ?? []
  const shown = redacting(decode, paths)
  if (named === undefined) return runStored(place, { decode, shown, paths }, request)
  const { to, isDeleting } = request
  const needs = [...looking, ...(isDeleting ? ['sqs:DeleteMessage'] : [])]
  const found = await queueAt(place, request, needs)
  checkReceives(found)
  const known = request.against && (await openAgainst(request.against))
  await agree(found)
  const { letters, ended } = await lettersOf(found, { decode, paths }, request)
  if (letters.length === 0) throw request.signal.aborted ? interrupted() : empty(found)
  const { facts, from } = found
  const of = { source, queue: facts, from, others: 0, letters, ended }
  const run = await told(of, { shown, known }, request)
  if (run.failure !== undefined || to === undefined) return run
  const worn = wornBy(letters, found, isDeleting)
  if (worn) return { ...run, failure: worn }
  const { parked, failure } = await park(found, { ...request, to }, run.result).catch(
    // What was seen is printed all the same.
    (failure: unknown) => ({ parked: null, failure }),
  )
  return { result: { ...run.result, parked }, failure }
}

const ofLambda = 'or where Lambda leaves\nwhat it gave up: s3://BUCKET/PREFIX, or a folder'
const takes = `${takesQueue}, ${ofLambda}`

async function lettersOf(
  { queue, nature, source }: FoundQueue,
  how: { decode: Decode; paths: readonly JsonPath[] },
  { limit, signal, onNote }: DlqRequest,
) {
  const letters: Letter[] = []
  const place = `sqs://${queue.name}`
  const onMessage = async (message: Message) => {
    letters.push(await letterOf(message, { ...how, place }))
  }
  const options = { queue, place: source, nature, limit, signal, onNote, onMessage }
  return { letters, ended: await look(options) }
}

async function runStored(
  place: NamedLetters,
  decodes: { decode: Decode; shown: Decode; paths: readonly JsonPath[] },
  request: DlqRequest,
): Promise<DlqRun> {
  const { source } = place
  if (request.to !== undefined) {
    throw new EvtError(`--to is for queues: what is in ${source} stays there`, {
      ...{ code: 'usage', hint: `evt replay ${source} sends it` },
    })
  }
  const known = request.against && (await openAgainst(request.against))
  const stored = await storedLetters(place, { ...request, ...decodes })
  const { letters, ended, others, faults } = stored
  if (letters.length === 0) throw request.signal.aborted ? interrupted() : noneIn(source, stored)
  const of = { source, queue: null, from: null, others, letters, ended }
  const { result, failure } = await told(of, { shown: decodes.shown, known }, request)
  const lost = endedBadly({
    ...{ records: letters.length, objectFaults: faults, allowPartial: false },
    signal: request.signal,
  })
  const isPartial = result.partial || lost !== undefined
  return { result: { ...result, partial: isPartial }, failure: failure ?? lost }
}

/** That nothing in files tells of an invocation that was given up. */
function noneIn(source: string, { others, faults }: StoredLetters): EvtError {
  const [fault] = faults
  if (fault) {
    return new EvtError(`${fault.path} ${fault.fault.detail}`, { code: 'outside' })
  }
  const read = `${count(others, 'record')} read, of which none is what Lambda leaves`
  return new EvtError(`there are no dead letters in ${source}: ${read}`, {
    ...{ code: 'inconclusive', hint: takes },
  })
}

interface Looked extends Pick<DlqResult, 'source' | 'queue' | 'from' | 'others'> {
  readonly letters: readonly Letter[]
  readonly ended: string | undefined
}

interface Telling {
  /** Without what nobody is shown. */
  readonly shown: Decode
  readonly known: OpenAgainst | undefined
}

/** What there is to tell, also where somebody does not want to wait for the rest. */
async function told(looked: Looked, telling: Telling, request: DlqRequest): Promise<DlqRun> {
  const { aws, signal, onNote } = request
  const { shown, known } = telling
  const streams = await streamFailures(looked.letters, { aws, decode: shown, signal, onNote })
  const isRead = known !== undefined && !signal.aborted
  const processed = isRead
    ? await processedOf(looked.letters, known).catch((error: unknown) => {
        if (signal.aborted) return undefined
        throw error
      })
    : undefined
  const result = resultOf({ ...looked, streams, known: processed }, request)
  if (!signal.aborted) return { result, failure: undefined }
  return { result: { ...result, partial: true }, failure: interrupted() }
}

function interrupted(): EvtError {
  return new EvtError('interrupted', { code: 'interrupted' })
}

interface Known {
  readonly streams: DlqResult['streams']
  readonly known: Awaited<ReturnType<typeof processedOf>> | undefined
}

function resultOf(
  { source, queue, from, others, letters, ended, streams, known }: Looked & Known,
  { nowMs: clock }: DlqRequest,
): DlqResult {
  const nowMs = clock()
  const { fifo = false, visible = 0, retentionMs = null } = queue ?? {}
  return {
    ...{ schema: 'evt.dlq/1', asOf: new Date(nowMs).toISOString(), source, queue, from },
    ...{ partial: ended !== undefined, seen: letters.length, others },
    // Counted before the look.
    unseen: Math.max(0, visible - letters.length),
    ...{ ended: ended ?? null, lossInMs: lossInMs(letters, { retentionMs, nowMs }) },
    ...{ groups: groupsOf(letters.map(shownLetter)), ages: agesOf(letters, nowMs) },
    messageGroups: fifo || known ? shownGroups(letters, known?.processed) : null,
    ...{ against: known?.sources ?? null, streams, parked: null },
  }
}

/** A group may be called as a key that nobody is shown. */
function shownGroups(letters: readonly Letter[], processed: Parameters<typeof messageGroupsOf>[1]) {
  const hidden = new Set(
    letters.flatMap(({ group, key, hidden }) =>
      [group, key].filter((name) => name !== null && hidden?.has(name)),
    ),
  )
  return messageGroupsOf(letters, processed).map((row) =>
    hidden.has(row.group) ? { ...row, group: REDACTED } : row,
  )
}

/** That to record is one receive too many: who works on the queue is left one, as in a look. */
function wornBy(
  letters: readonly Letter[],
  { source, nature: { maxReceives } }: FoundQueue,
  isDeleting: boolean,
): EvtError | undefined {
  if (maxReceives === null) return undefined
  const most = maxReceives - (isDeleting ? 1 : 2)
  const worn = letters.filter(({ receives }) => receives >= most)
  if (worn.length === 0) return undefined
  return new EvtError(
    `nothing is recorded: after ${maxReceives} receives messages of ${source} go to the next ` +
      `dead-letter queue, and ${worn.length} of them are near that`,
    { code: 'outside', hint: `evt record ${source} --intrusive=dead-letter --consume takes them` },
  )
}

/** With so few receives until the next dead-letter queue, evt receives nothing. */
export function checkReceives({ source, nature: { maxReceives } }: FoundQueue): void {
  if (maxReceives === null || maxReceives >= FEW_RECEIVES) return
  const times = maxReceives === 1 ? 'one receive' : `${maxReceives} receives`
  throw new EvtError(
    `${source} is not looked at: after ${times} its messages go to a dead-letter queue of its own`,
    { code: 'usage', hint: `evt lag ${source}` },
  )
}

/** That there is nothing to look at, as SQS says. */
export function empty({ source, facts }: FoundQueue): EvtError {
  const { inFlight, delayed } = facts
  const others = inFlight + delayed
  return new EvtError(`there are no dead letters in ${source}`, {
    code: 'inconclusive',
    hint: others === 0 ? undefined : `about ${others} are hidden: somebody has received them`,
  })
}
