import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDuckdb } from '../../src/engines/duckdb.js'
import { type Stage, stage } from '../cases/run-case.js'
import { isLong } from '../helpers/campaign.js'
import { root } from '../helpers/cli.js'

// As many identities a side as it is promised for, with the default memory limit and half of it.

const EVENTS = isLong ? 10_000_000 : 100_000
const FILES = 8
const limitsGb = isLong ? [1, 2] : [2]
/** Of each so many events, one is so: which one, no other of these is. */
const planted = {
  ...{ lost: { each: 1_000, nth: 7 }, duplicated: { each: 500, nth: 3 } },
  ...{ late: { each: 2_000, nth: 11 }, unexpected: { each: 10_000, nth: 13 } },
  recovered: { each: 5_000, nth: 17 },
}
type Planted = keyof typeof planted

const is = (what: Planted) => `n % ${planted[what].each} = ${planted[what].nth}`
const count = (what: Planted) => EVENTS / planted[what].each

let at: Stage
beforeAll(async () => {
  at = stage()
  const duckdb = await openDuckdb({ memoryLimitBytes: 1e9, threads: 2 })
  const time = (waitS: string) =>
    `strftime(make_timestamp((1800000000::BIGINT + ${waitS}) * 1000000 + n * 1000),
      '%Y-%m-%dT%H:%M:%S.%gZ')`
  const event = `md5(n::VARCHAR) AS id, 'shop' AS source, 'order.' || (n % 7) AS type,
    ${time('0')} AS time`
  for (const side of ['sent', 'received']) mkdirSync(join(at.work, side))
  for (let file = 0; file < FILES; file++) {
    const [from, to] = [file, file + 1].map((part) => Math.floor((EVENTS * part) / FILES))
    const some = (where: string) =>
      `FROM (SELECT range AS n FROM range(${from}, ${to})) WHERE ${where}`
    const into = (side: string) => `TO '${join(at.work, side, `${file}.ndjson`)}' (FORMAT json)`
    const status = `CASE WHEN ${is('recovered')} THEN 'failed' ELSE 'ok' END AS status`
    await duckdb.rows(
      `COPY (SELECT ${event}, ${status} ${some(`NOT ${is('unexpected')}`)}) ${into('sent')}`,
    )
    const waitS = `CASE WHEN ${is('late')} THEN 40 ELSE 2 END`
    await duckdb.rows(
      `COPY (SELECT ${event}, ${time(waitS)} AS "receivedAt" ${some(`NOT ${is('lost')}`)}
        UNION ALL SELECT ${event}, ${time('5')} AS "receivedAt" ${some(is('duplicated'))})
      ${into('received')}`,
    )
  }
  await duckdb.close()
}, 1_800_000)
afterAll(() => at.remove())

test.each(limitsGb)(
  `${EVENTS} identities a side, compared exactly, within %i GB`,
  async (gb) => {
    const usage = join(at.work, 'usage.json')
    const fields = ['id', 'source', 'type', 'time'].flatMap((name) => [
      '--map',
      `${name}=$.${name}`,
    ])
    const maps = [...fields, '--map-sent', 'sentStatus=$.status']
    const sides = ['--sent', 'sent', '--received', 'received']
    const measured = ['--import', `${root}bench/usage.mjs`, `${root}bin/run.js`]
    const limit = ['--memory-limit', `${gb}GB`]
    const received = ['--map-received', 'receivedAt=$.receivedAt', ...limit, '--json']
    const child = spawn(
      process.execPath,
      [...measured, 'reconcile', ...sides, ...maps, ...received],
      { cwd: at.work, env: { ...at.env, EVT_BENCH_USAGE: usage } },
    )
    const ended = once(child, 'exit')
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    const [exit] = await ended
    expect(exit, err).toBe(0)
    const { total } = JSON.parse(out)
    expect(total).toEqual({
      sent: EVENTS - count('unexpected'),
      received: EVENTS - count('lost'),
      ...{ lost: count('lost'), unexpected: count('unexpected'), late: count('late') },
      ...{ duplicated: count('duplicated'), recovered: count('recovered') },
      ...{ inFlight: 0, lostUnacknowledged: 0 },
    })
    const { peakMb } = JSON.parse(readFileSync(usage, 'utf8'))
    // As README says of the limit.
    expect(peakMb * 1.024e6).toBeLessThan(gb * 1e9 * 1.2 + 150e6)
  },
  3_600_000,
)
