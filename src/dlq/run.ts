import type { Message } from '../aws/queue.js'
import { createDecoder } from '../envelopes/decode.js'
import { EvtError } from '../errors.js'
import { createMapping } from '../event/mapping.js'
import { agesOf, groupsOf, lossInMs } from './groups.js'
import { type Decode, type Letter, letterOf } from './letter.js'
import { look } from './look.js'
import { messageGroupsOf, processedOf } from './overtaken.js'
import { park } from './park.js'
import { type FoundQueue, findQueue } from './queue.js'
import type { DlqRequest } from './request.js'
import type { DlqResult } from './result.js'
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
 * `evt dlq`: what is in a queue of dead letters. Each message is received once and given back.
 *
 * @param agree called before anything is received
 * @throws EvtError `inconclusive` where nothing is in it
 */
export async function runDlq(
  request: DlqRequest,
  agree: (found: FoundQueue) => Promise<void>,
): Promise<DlqRun> {
  const { to, isDeleting, aws, signal, onNote } = request
  const needs = [...looking, ...(isDeleting ? ['sqs:DeleteMessage'] : [])]
  const found = await findQueue(request, needs)
  const { config } = found
  checkReceives(found)
  await agree(found)
  const maps = [...request.maps]
  const hidden = config.privacy?.redact ?? []
  const decode = createDecoder({ mapping: createMapping({ events: config.events, maps }) })
  const { letters, ended } = await lettersOf(found, decode, request)
  if (letters.length === 0) throw empty(found)
  const streams = await streamFailures(letters, { aws, decode, hidden, signal, onNote })
  const result = await resultOf(found, { letters, ended, streams }, request)
  if (signal.aborted) {
    const failure = new EvtError('interrupted', { code: 'interrupted' })
    return { result: { ...result, partial: true }, failure }
  }
  if (to === undefined) return { result, failure: undefined }
  const worn = wornBy(letters, found, isDeleting)
  if (worn) return { result, failure: worn }
  const { parked, failure } = await park(found, { ...request, to }, result).catch(
    // What was seen is printed all the same.
    (failure: unknown) => ({ parked: null, failure }),
  )
  return { result: { ...result, parked }, failure }
}

async function lettersOf(
  { queue, nature, source }: FoundQueue,
  decode: Decode,
  { limit, signal, onNote }: DlqRequest,
) {
  const letters: Letter[] = []
  const place = `sqs://${queue.name}`
  const onMessage = async (message: Message) => {
    letters.push(await letterOf(message, decode, place))
  }
  const options = { queue, place: source, nature, limit, signal, onNote, onMessage }
  return { letters, ended: await look(options) }
}

interface Looked {
  readonly letters: readonly Letter[]
  readonly ended: string | undefined
  readonly streams: DlqResult['streams']
}

async function resultOf(
  { source, facts, from }: FoundQueue,
  { letters, ended, streams }: Looked,
  { against, nowMs: clock }: DlqRequest,
): Promise<DlqResult> {
  const nowMs = clock()
  const known = against && (await processedOf(letters, against))
  const { fifo, visible, retentionMs } = facts
  return {
    ...{ schema: 'evt.dlq/1', asOf: new Date(nowMs).toISOString(), source, queue: facts, from },
    ...{ partial: ended !== undefined, seen: letters.length },
    // Counted before the look.
    unseen: Math.max(0, visible - letters.length),
    ...{ ended: ended ?? null, lossInMs: lossInMs(letters, { retentionMs, nowMs }) },
    ...{ groups: groupsOf(letters), ages: agesOf(letters, nowMs) },
    messageGroups: fifo || known ? messageGroupsOf(letters, known?.processed) : null,
    ...{ against: known?.sources ?? null, streams, parked: null },
  }
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
