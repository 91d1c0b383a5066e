import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { type EvtProcess, startEvt } from '../testbed/evt-process.js'
import { KinesisDouble } from '../testbed/kinesis-double.js'
import { Refusal, StreamModel } from '../testbed/stream-model.js'

const STREAM = 'kinesis://orders'
const SHARD = `${STREAM}/shardId-000000000000`
const PATIENCE_MS = 240_000

let model: StreamModel
let double: KinesisDouble
let at: Stage
let child: EvtProcess | undefined
beforeEach(async () => {
  model = new StreamModel('orders', 1)
  double = new KinesisDouble(model)
  await double.start()
  at = stage({
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' },
    ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_ENDPOINT_URL: double.url, NO_COLOR: '1' },
  })
})
afterEach(async () => {
  child?.kill('SIGKILL')
  await child?.end
  child = undefined
  await double.stop()
  at.remove()
})

function tail(...args: string[]): EvtProcess {
  child = startEvt(['tail', ...args, '-o', 'ndjson'], at)
  return child
}

/** How a run ended: its exit code, how many events it printed, and what it said beside. */
async function ended(run: EvtProcess) {
  const { exit } = await run.end
  const said = run.err.text.split('\n').filter((line) => !/^(shares |$)/.test(line))
  return { exit, events: run.out.text.split('\n').length - 1, said: said.map(messageOf) }
}

/** Of an error its message, and what to do. */
function messageOf(line: string): string {
  if (!line.startsWith('{')) return line
  const { message, hint } = JSON.parse(line).error
  return `${message}; ${hint}`
}

const put = (count: number) =>
  Array.from({ length: count }, (_, n) => model.put(`k${n}`, `{"id":"${n}"}`).sequence)

/** What a call of reading meets from now on. */
function refuse(type: string): void {
  double.fault = ({ operation }) =>
    operation === 'GetRecords' ? new Refusal(type, 'no') : undefined
}

test(
  'a sequence number of nothing is wrong use; of what is trimmed it is said',
  async () => {
    const [first = '', , third] = put(3)
    const none = '1'.repeat(56)
    expect(await ended(tail(SHARD, '--no-follow', '--from', none))).toEqual({
      ...{ exit: 2, events: 0 },
      said: [
        `${none} is no sequence number of this shard of ${STREAM}; it may be of another shard, ` +
          'or from before what retention keeps; --from beginning begins with what is there',
      ],
    })
    const [shard] = model.shards
    if (shard) shard.trimmed = 2
    expect(await ended(tail(SHARD, '--no-follow', '--from', first))).toEqual({
      ...{ exit: 0, events: 1 },
      said: [
        `${SHARD}: ${first} is not kept any more, or never was there; what is read begins with ` +
          `${third}`,
      ],
    })
  },
  PATIENCE_MS,
)

test(
  'a time before retention is said, and what is there is read',
  async () => {
    put(3)
    expect(await ended(tail(STREAM, '--no-follow', '--from', '2020-01-01'))).toEqual({
      ...{ exit: 0, events: 3, said: [`${STREAM} keeps 24 hours: what came before is gone`] },
    })
  },
  PATIENCE_MS,
)

test(
  'a key of KMS that may not be used',
  async () => {
    refuse('KMSAccessDeniedException')
    expect(await ended(tail(STREAM, '--from', 'beginning'))).toEqual({
      ...{ exit: 3, events: 0 },
      said: [
        'the key of KMS that encrypts the stream orders may not be used; ' +
          'it takes kms:Decrypt on the key, which its policy has to allow as well',
      ],
    })
  },
  PATIENCE_MS,
)

test.each<[string, string, () => void]>([
  [
    'deleted',
    'the stream orders was deleted while evt read it; what was read so far is all that there is',
    () => {
      double.calls.isGone = true
    },
  ],
  [
    'deleted, and another has its name',
    'the stream orders was deleted and made anew while evt read it; begin again',
    () => {
      model.madeMs += 1_000
      refuse('ResourceNotFoundException')
    },
  ],
])(
  'a stream that is %s while it is read',
  async (_, message, change) => {
    put(3)
    const run = tail(STREAM, '--from', 'beginning')
    await run.lines(3)
    change()
    expect(await ended(run)).toEqual({ exit: 3, events: 3, said: [message] })
  },
  PATIENCE_MS,
)

test(
  'a table without a stream',
  async () => {
    double.calls.label = 'none'
    const { exit, said } = await ended(tail('dynamodb://orders', '--from', 'beginning'))
    expect({ exit, said: said.length }).toEqual({ exit: 2, said: 1 })
    expect(said[0]).toMatch(
      /^the table orders has no stream; turn one on: aws dynamodb update-table /,
    )
  },
  PATIENCE_MS,
)
