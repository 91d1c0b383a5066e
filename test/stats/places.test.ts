import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resolveSources } from '../../src/archives/source.js'
import { createDecoder } from '../../src/envelopes/decode.js'
import type { JsonObject } from '../../src/event/event.js'
import { parseJson } from '../../src/event/json.js'
import { createMapping } from '../../src/event/mapping.js'
import { archiveStats, type StatsOptions } from '../../src/stats/stats.js'
import { campaign } from '../helpers/campaign.js'
import { naiveStats, withoutHdr } from '../laws/naive.js'

const START_MS = Date.parse('2026-11-01T00:00:00Z')
const maps = ['id=$.id', 'source=$.shop', 'type=$.type', 'key=$.orderId', 'sequence=$.seq']
const mapping = createMapping({ maps })
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'evt-places-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Message {
  orderId: string
  seq: number
  group?: string | undefined
  number?: string | undefined
  sentMs?: number | undefined
  id?: string
  attempt?: number
  messageId?: string
}

let messages = 0

function line({ group, number, sentMs, messageId, attempt = 1, ...body }: Message): string {
  messages += 1
  return JSON.stringify({
    MessageId: messageId ?? `m-${messages}`,
    Body: JSON.stringify({ id: `e-${messages}`, shop: 's', type: 't', ...body }),
    Attributes: {
      SentTimestamp: sentMs === undefined ? undefined : String(START_MS + sentMs),
      ApproximateReceiveCount: String(attempt),
      MessageGroupId: group,
      SequenceNumber: number,
    },
  })
}

async function archive(name: string, files: readonly (readonly string[])[]): Promise<string[]> {
  const paths = files.map((_, n) => join(folder, `${name}-${n}.ndjson`))
  for (const [n, lines] of files.entries()) {
    await writeFile(paths[n] ?? '', lines.map((text) => `${text}\n`).join(''))
  }
  return paths
}

async function measured(paths: readonly string[], options: Partial<StatsOptions> = {}) {
  const { objects } = await resolveSources(paths, { aliases: {}, cwd: folder })
  const { result } = await archiveStats({
    sources: paths,
    objects,
    mapping,
    selection: { sinceUs: null, untilUs: null },
    by: 'type',
    windowUs: null,
    content: false,
    memoryLimitBytes: 2e9,
    sqlFromBytes: 0,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  })
  const { total, types } = result
  return withoutHdr({ total, types })
}

/** In all the ways in which an archive that fits into memory is measured. */
async function inEveryWay(paths: readonly string[]) {
  const sql = await measured(paths)
  for (const way of [{ threads: 1 }, { sqlFromBytes: Number.POSITIVE_INFINITY }])
    expect(await measured(paths, way)).toEqual(sql)
  expect(await measured([...paths].reverse())).toEqual(sql)
  return sql
}

const reorderedOf = async (name: string, lines: readonly string[]) => {
  const { total } = await inEveryWay(await archive(name, [lines]))
  return total.ordering.reordered
}

describe('within a FIFO group the sequence number is the order of arrival', () => {
  const fifo = (seq: number, sentMs: number | undefined, number: string, orderId = 'o-1') =>
    line({ orderId, seq, group: 'g', number, sentMs })

  test('of what was sent in one millisecond, wherever it lies', async () => {
    const lines = [
      fifo(3, 5, '18849496460467696130'),
      fifo(1, 5, '18849496460467696128'),
      fifo(2, 5, '18849496460467696129'),
    ]
    expect(await reorderedOf('tied', lines)).toBe(0)
  })

  test('against the clock', async () => {
    const lines = [fifo(2, 1, '9'), fifo(1, 9, '8')]
    expect(await reorderedOf('clock', lines)).toBe(0)
    const others = [fifo(1, 1, '9'), fifo(2, 9, '10'), fifo(3, 2, '11')]
    expect(await reorderedOf('clock-of-one', others)).toBe(0)
  })

  test('and it tells what nothing else does', async () => {
    const lines = [fifo(1, 5, '9'), fifo(2, 5, '8')]
    expect(await reorderedOf('told', lines)).toBe(1)
  })

  test('where nobody recorded when it was sent', async () => {
    const lines = [fifo(2, undefined, '9'), fifo(1, undefined, '8'), fifo(3, 1, '10')]
    expect(await reorderedOf('untimed', lines)).toBe(0)
  })

  test('across the keys of a group: one came after what another key had before it', async () => {
    // By its clock o-1's second came before its first, which came in another group.
    const lines = [
      line({ orderId: 'o-1', seq: 1, group: 'h', number: '1', sentMs: 5 }),
      fifo(7, 9, '8', 'o-2'),
      fifo(2, 3, '9'),
    ]
    expect(await reorderedOf('across', lines)).toBe(0)
  })

  test('but not what is no number', async () => {
    for (const number of ['x8', '-8', '8'.repeat(57), undefined]) {
      const lines = [
        line({ orderId: 'o-1', seq: 2, group: 'g', number: '9', sentMs: 5 }),
        line({ orderId: 'o-1', seq: 1, group: 'g', number, sentMs: 5 }),
      ]
      expect(await reorderedOf('no-number', lines)).toBe(1)
    }
  })

  test('of an event that came twice the first is what the group had first', async () => {
    const twice = { id: 'e', orderId: 'o-1', seq: 1, group: 'g', messageId: 'm', sentMs: 5 }
    const lines = [line({ ...twice, number: '9', attempt: 2 }), line({ ...twice, number: '8' })]
    const { total } = await inEveryWay(await archive('twice', [lines]))
    expect(total.duplicates.byCause).toEqual({ replay: 0, redelivery: 1, sameId: 0 })
  })
})

const seeds = Array.from({ length: campaign(3) }, (_, n) => n + 1)

test.each(seeds)(
  'an archive of groups and others is measured as defined, seed %i',
  async (seed) => {
    const files = randomFiles(seed)
    const paths = await archive(`random-${seed}`, files)
    const decode = createDecoder({ mapping })
    const events = files.flatMap((lines, n) =>
      lines.flatMap((text, at) => {
        const position = { path: paths[n] ?? '', record: at + 1 }
        const value = parseJson(text) as JsonObject
        const decoded = decode({ value, position, sizeBytes: text.length, head: new Uint8Array() })
        return decoded.flatMap((each) => (each.kind === 'event' ? [each.event] : []))
      }),
    )
    expect(events.filter(({ place }) => place).length).toBeGreaterThan(300)
    const { total, types } = naiveStats(events, 'archive')
    expect(await inEveryWay(paths)).toEqual(withoutHdr({ total, types }))
    expect(total.ordering.reordered).toBeGreaterThan(10)
  },
)

/** Files of messages, of which most are of groups, near the order of their numbers. */
function randomFiles(seed: number): string[][] {
  let state = seed
  const below = (n: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const files: string[][] = [[], [], []]
  for (let n = 0; n < 600; n++) {
    const place = { group: `g-${below(5)}`, number: `${188494 + below(2)}${'0'.repeat(15)}${n}` }
    const id = below(4) === 0 ? { id: `again-${below(30)}`, messageId: `m-${below(9)}` } : {}
    const text = line({
      orderId: below(9) === 0 ? `untimed-${below(3)}` : `o-${below(30)}`,
      seq: n + below(8),
      sentMs: below(60) === 0 ? undefined : Math.floor(n / 4) + below(3) * below(3),
      attempt: 1 + below(2),
      ...id,
      ...(below(5) === 0 ? {} : place),
    })
    files[below(3)]?.push(text)
  }
  return files
}
