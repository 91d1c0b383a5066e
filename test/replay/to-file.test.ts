import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { evt } from '../helpers/cli.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-replay-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Figures alone: places and names of files are others, and so are the bytes. */
async function figures(source: string, config: string) {
  const { code, stdout, stderr } = await evt(['stats', source, '--config', config, '-o', 'json'])
  expect(stderr).toBe('')
  expect(code).toBe(0)
  const { span, total, types } = JSON.parse(stdout)
  return { span, total, types }
}

const leftOfStream = 'lambda-stream>records>kinesis-lambda>eventbridge'
const envelopes = [
  ['an event of EventBridge', 'eventbridge', 'duplicates', 'reorder', 'replays'],
  ['a message of a FIFO queue', 'sqs-fifo>eventbridge', 'duplicates', 'reorder', 'redeliveries'],
  ['a notification with an event in headers', 'sqs>sns>cloudevents-binary', 'duplicates'],
  ['an aggregate of Kinesis', 'kinesis>kpl>eventbridge', 'duplicates', 'reorder'],
  ['what Lambda left of a stream', leftOfStream, 'duplicates', 'reorder'],
  ['a document of nobody', 'sqs>json', 'redeliveries'],
] as const

test('calls that begin together are written in their order', async () => {
  const [from, to] = [join(folder, 'archive'), join(folder, 'again.ndjson')]
  expect(await evt(['generate', '--to', from, '--events', '7k'])).toMatchObject({ code: 0 })
  const journal = join(folder, 'journal.ndjson')
  const how = ['--no-mark', '--yes', '--journal', journal]
  expect(await evt(['replay', from, '--to', to, ...how])).toMatchObject({ code: 0 })
  const [, ...lines] = readFileSync(journal, 'utf8').trimEnd().split('\n')
  const numbers = lines.map((line) => JSON.parse(line).n)
  expect(numbers).toEqual(numbers.map((_, n) => n + 1))
})

test.each(envelopes)(
  '%s gives the same figures behind a replay',
  async (_, envelope, ...faults) => {
    const [from, to] = [join(folder, 'archive'), join(folder, 'again.ndjson')]
    const shares = faults.flatMap((fault) => [`--${fault}`, '4%'])
    const made = ['--events', '400', '--keys', '20', '--envelope', envelope, ...shares]
    expect(await evt(['generate', '--to', from, ...made])).toMatchObject({ code: 0 })
    const config = join(from, 'evt.yaml')
    const journal = join(folder, 'journal.ndjson')
    const how = ['--config', config, '--no-mark', '--replays', '--yes', '--journal', journal]
    expect(await evt(['replay', from, '--to', to, ...how])).toMatchObject({ code: 0 })
    expect(await figures(to, config)).toEqual(await figures(from, config))
  },
)
