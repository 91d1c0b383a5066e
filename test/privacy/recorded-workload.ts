import { openDuckdb } from '../../src/engines/duckdb.js'
import { quoteFile } from '../../src/engines/leaf-tree.js'
import { Random } from '../../src/generate/random.js'
import { seed } from '../helpers/campaign.js'

export const SUBJECT = 'u-4711-ada'
const RULE = {
  ...{ id: '$.id', time: '$.at', key: '$.user', sequence: '$.n' },
  entities: { user: '$.user', friend: '$.friend' },
}
export const MAPS = ['id=$.id', 'time=$.at', 'key=$.user', 'sequence=$.n'].concat(
  ...['entities.user=$.user', 'entities.friend=$.friend'],
)
export const CONFIG = `events: { '*': ${JSON.stringify(RULE)} }\n`
export const event = (id: string, user: string, more: object = {}) => ({ id, user, ...more })
const at = (day: number) => `2026-11-0${day}T12:00:00Z`
export const line = (value: object) => `${JSON.stringify(value)}\n`
/** What a function was given: a record with an event in each of its messages. */
export const messages = (...events: object[]) =>
  line({
    Records: events.map((one, n) => ({
      ...{ eventSource: 'aws:sqs', messageId: `m-${n}`, body: JSON.stringify(one) },
    })),
  })

/** Some of the subject's, some of nobody, some of both, of several days, and what is no event. */
export function workload(count: number): string {
  const random = new Random(seed, 41)
  const one = () => {
    const user = random.below(4) === 0 ? SUBJECT : `u-${random.below(3)}`
    const friend = random.below(3) === 0 ? { friend: `f-${random.below(9)}` } : {}
    const note = random.below(6) === 0 ? { note: `of ${SUBJECT}, "é"\u0000` } : {}
    const of = { n: random.below(30), at: at(1 + random.below(3)) }
    return event(`e-${random.below(count)}`, user, { ...of, ...friend, ...note })
  }
  return Array.from({ length: count }, () => {
    const kind = random.below(10)
    if (kind < 6) return line(one())
    if (kind < 9) return messages(...Array.from({ length: 1 + random.below(4) }, one))
    return random.below(2) === 0 ? `no JSON of ${SUBJECT}\n` : '{"n": 1.0, "id": "x",}\n'
  }).join('')
}

/** Of the recording, which is another one each time. */
const ownId = /(recording(?:\\":\\"| ))\w{12}/g

/** Rows of files of Parquet, in the order of their recording. */
export async function rowsIn(
  files: readonly string[],
  columns = '*',
): Promise<Record<string, unknown>[]> {
  const from = `read_parquet([${files.map(quoteFile).join(', ')}], hive_partitioning = false)`
  const duckdb = await openDuckdb({ memoryLimitBytes: 1e9 })
  const rows = await duckdb.rows(
    `SELECT CAST(to_json(r) AS VARCHAR) FROM (SELECT ${columns} FROM ${from} ORDER BY pos) r`,
  )
  await duckdb.close()
  return rows.map(([row]) => JSON.parse(String(row).replace(ownId, '$1x')))
}
