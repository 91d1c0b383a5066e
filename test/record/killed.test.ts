import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { RecordedLine } from '../../src/envelopes/recording.js'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong, seed } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { type EvtProcess, startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { parquetIn, parquetOf, partsIn, partsOf, recordsIn, type SeenPart } from './recorded.js'

const KILLS = isLong ? 50 : 5
const KILLS_IN_PARQUET = isLong ? 50 : 2
/** Another recorder tries in each of so many rounds. */
const SECOND_EACH = 5
const MESSAGES = 40
const LINES = 60
/** What a killed evt had received comes again after this. */
const PATIENCE_MS = 150_000

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'evt record, killed at any moment',
  () => {
    let moto: Moto
    let at: Stage
    let queueUrl: string
    let known: Map<string, SeenPart>
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      known = new Map()
      at = stage()
      at = { ...at, env: { ...at.env, ...moto.env } }
      const made = await moto.call('sqs', 'create_queue', { QueueName: 'orders' })
      queueUrl = String(made['QueueUrl'])
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
      writeFileSync(join(at.work, 'o.ndjson'), '')
    })
    afterEach(() => at.remove())
    afterAll(() => moto.stop())

    const start = (to: string, format: string) => {
      const sources = ['o.ndjson', 'sqs://orders', '--intrusive', '--consume']
      const how = ['--format', format, '--roll-every', '100ms']
      return startEvt(['record', ...sources, '--to', to, ...how], at)
    }

    async function send(round: number): Promise<void> {
      for (let from = 0; from < MESSAGES; from += 10) {
        const Entries = Array.from({ length: 10 }, (_, n) => ({
          ...{ Id: `${n}`, MessageBody: JSON.stringify({ id: `m-${round}-${from + n}` }) },
        }))
        await moto.call('sqs', 'send_message_batch', { QueueUrl: queueUrl, Entries })
      }
    }

    /** A program writes lines, and a part of one at a time. */
    function write(round: number): void {
      const text = Array.from({ length: LINES }, (_, n) => `{"id":"f-${round}-${n}"}\n`).join('')
      const middle = Math.floor(text.length / 2) + 3
      appendFileSync(join(at.work, 'o.ndjson'), text.slice(0, middle))
      appendFileSync(join(at.work, 'o.ndjson'), text.slice(middle))
    }

    async function inQueue(): Promise<number> {
      const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible']
      const given = { QueueUrl: queueUrl, AttributeNames: names }
      const { Attributes } = await moto.call('sqs', 'get_queue_attributes', given)
      const counts = Object.values(Attributes as Record<string, string>).map(Number)
      return counts.reduce((sum, n) => sum + n, 0)
    }

    const idsOf = (records: readonly RecordedLine[], source: string) =>
      records.flatMap(({ source: from, records: held }) => {
        const record = held?.[0]
        if (from !== source || !record) return []
        const body = 'Body' in record ? JSON.parse(String(record['Body'])) : record
        return [String(body.id)]
      })

    /** How often SQS had given each of the messages that are recorded. */
    const receiptsOf = (records: readonly RecordedLine[]) =>
      records.flatMap(({ source, records: held }) => {
        const { ApproximateReceiveCount: times } = Object(held?.[0]?.['Attributes'])
        return source === 'sqs://orders' ? [Number(times)] : []
      })

    /**
     * What the runs before recorded is not recorded again; within a run alone, what SQS has given
     * as often: moto gives a message to two who ask at the same time, of whom the second may be
     * recorded first.
     */
    function checkRepeats(records: readonly RecordedLine[], before: number): string[] {
      const ids = idsOf(records, 'sqs://orders')
      const receipts = receiptsOf(records)
      const isRepeat = (id: string, n: number) => ids.indexOf(id) < n
      const repeats = ids.flatMap((id, n) => (isRepeat(id, n) ? [{ id, n }] : []))
      expect(repeats.filter(({ id, n }) => n >= before && ids.indexOf(id) < before)).toEqual([])
      const given = new Map<string, { times: number; most: number }>()
      for (const [n, id] of ids.entries()) {
        const { times, most } = given.get(id) ?? { times: 0, most: 0 }
        given.set(id, { times: times + 1, most: Math.max(most, Number(receipts[n])) })
      }
      expect([...given].filter(([, { times, most }]) => !(times <= most))).toEqual([])
      return [...new Set(ids)]
    }

    interface Target {
      to: string
      format: string
      kills: number
      seen(): Promise<SeenPart[]>
    }

    /** @returns how many messages were recorded */
    async function killedAgainAndAgain({ to, format, kills, seen }: Target): Promise<number> {
      const random = chances()
      let before = 0
      for (let round = 0; round < kills; round++) {
        // Before it starts: moto forgets some of what is sent and deleted at the same time.
        await send(round)
        const child = start(to, format)
        await child.said('intrusive  sqs://orders')
        if (round % SECOND_EACH === 0) {
          expect(await start(to, format).end).toEqual({ exit: 3, signal: null })
        }
        await setTimeout(random.next().value * 500)
        write(round)
        await setTimeout(random.next().value * 1_000)
        child.kill('SIGKILL')
        await child.end
        const records = recordsIn(await seen())
        const ids = checkRepeats(records, before)
        before = idsOf(records, 'sqs://orders').length
        // Moto counts those in sight and those out of it one after the other: a message that comes
        // into sight in between is in neither. What is lost stays lost.
        await expect
          .poll(async () => ids.length + (await inQueue()), { timeout: PATIENCE_MS })
          .toBeGreaterThanOrEqual(MESSAGES * (round + 1))
      }
      return before
    }

    async function allRecorded(child: EvtProcess, { kills, seen }: Target) {
      const all = kills * (MESSAGES + LINES)
      // Where nothing is left to record, it is told to end once it knows how.
      await child.said('intrusive  sqs://orders')
      let movedMs = performance.now()
      for (let before = ''; performance.now() - movedMs < PATIENCE_MS; ) {
        const [recorded, waiting] = [recordsIn(await seen()).length, await inQueue()]
        if (recorded >= all && waiting === 0) break
        const now = `${recorded} ${waiting}`
        if (now !== before) movedMs = performance.now()
        before = now
        await setTimeout(1_000)
      }
      child.kill('SIGTERM')
      expect(await child.end).toEqual({ exit: 130, signal: null })
    }

    const numbers = (length: number) => Array.from({ length }, (_, n) => n)
    const ledger = (name: string, each: number, kills: number) =>
      numbers(kills).flatMap((round) => numbers(each).map((n) => `${name}-${round}-${n}`))

    const folder = () => join(at.work, 'recorded')
    const targets: readonly Target[] = [
      {
        ...{ to: 'recorded', format: 'ndjson', kills: KILLS },
        seen: async () => partsIn(folder()),
      },
      {
        ...{ to: 's3://acme/orders', format: 'ndjson', kills: KILLS },
        seen: () => partsOf(moto, 'acme', 'orders'),
      },
      {
        ...{ to: 'recorded', format: 'parquet', kills: KILLS_IN_PARQUET },
        seen: () => parquetIn(folder(), known),
      },
      {
        ...{ to: 's3://acme/orders', format: 'parquet', kills: KILLS_IN_PARQUET },
        seen: async () => parquetOf(await partsOf(moto, 'acme', 'orders'), known),
      },
    ]

    test.each(targets)(
      `loses and repeats nothing in $to, $format (seed ${seed})`,
      async (target) => {
        const { to, format, kills, seen } = target
        const before = await killedAgainAndAgain(target)
        await allRecorded(start(to, format), target)
        const records = recordsIn(await seen())
        expect(records.map(({ n }) => n)).toEqual(numbers(records.length).map((n) => n + 1))
        expect(idsOf(records, 'o.ndjson')).toEqual(ledger('f', LINES, kills))
        expect(checkRepeats(records, before).sort()).toEqual(ledger('m', MESSAGES, kills).sort())
        expect(await inQueue()).toBe(0)
      },
      isLong ? 3_600_000 : 600_000,
    )
  },
)

/** Numbers from 0 to 1, the same for a seed. */
function* chances(): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}
