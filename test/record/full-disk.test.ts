import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isThere } from '../cases/needs.js'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'
import { parquetOf, partsIn, partsOf, recordsIn } from './recorded.js'

const LINES = 9_000
const ids = Array.from({ length: LINES }, (_, n) => `e-${n}`)
const GOES_ON = 'what was acknowledged is in the recording; the same line goes on from there'

const isPossible = python !== undefined && isThere['a small disk']()
describeWith('moto 5.2.1 (node scripts/testbed.mjs), and to mount a small disk', isPossible)(
  'evt record, where a disk is full',
  () => {
    let moto: Moto
    let at: Stage
    beforeAll(async () => {
      moto = await startMoto()
    })
    beforeEach(async () => {
      await moto.reset()
      const made = stage()
      at = { ...made, env: { ...made.env, ...moto.env } }
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
      // Numbers that hardly pack.
      const noted = (n: number) => (n * 2_654_435_761) % 4_294_967_296
      const lines = ids.map((id, n) => `{"id":"${id}","n":${noted(n)}}\n`)
      writeFileSync(join(at.work, 'a.ndjson'), lines.join(''))
      mkdirSync(join(at.work, 'small'))
    })
    afterEach(() => at.remove())
    afterAll(() => moto.stop())

    /** Records on a small disk until it is full, makes room there, and does so again. */
    async function recorded(to: string, how: string, sizeKb: number) {
      const record = `evt record a.ndjson --to ${to} --no-follow --quiet ${how}`
      const script = [
        `mount -t tmpfs -o size=${sizeKb}k none small`,
        `${record} > /dev/null 2> first.txt; first=$?`,
        'cp -r small first',
        'mount -o remount,size=100m small',
        `${record} > /dev/null 2> second.txt; second=$?`,
        'cp -r small second',
        'echo $first $second',
      ]
      const args = ['--map-root-user', '--mount', 'sh', '-c', script.join('\n')]
      const child = startEvt(args, at, 'unshare')
      expect(await child.end, child.err.text).toEqual({ exit: 0, signal: null })
      const said = readFileSync(join(at.work, 'first.txt'), 'utf8')
      const again = readFileSync(join(at.work, 'second.txt'), 'utf8')
      expect({ exits: child.out.text, again }).toEqual({ exits: '3 0\n', again: '' })
      return said
    }

    const idsIn = (parts: Parameters<typeof recordsIn>[0]) =>
      recordsIn(parts).map(({ records }) => records?.[0]['id'])

    test.each([
      ['ndjson', 100],
      ['parquet', 300],
    ])(
      'that of the recording, in %s: it ends, and goes on when there is room',
      async (format, sizeKb) => {
        const how = `--roll-size 10KB --format ${format}`
        expect(await recorded('small/recorded', how, sizeKb)).toBe(
          `evt: cannot record to small/recorded: no space left\n     ${GOES_ON}\n`,
        )
        const seen = async (name: string) => {
          const parts = partsIn(join(at.work, name, 'recorded'))
          return idsIn(format === 'parquet' ? await parquetOf(parts) : parts)
        }
        const first = await seen('first')
        expect(first.length).toBeGreaterThan(0)
        expect(first).toEqual(ids.slice(0, first.length))
        expect(await seen('second')).toEqual(ids)
      },
      300_000,
    )

    test.each(['ndjson', 'parquet'])(
      'that where a part grows for a bucket, in %s: it ends, and goes on when there is room',
      async (format) => {
        at = { ...at, env: { ...at.env, TMPDIR: join(at.work, 'small') } }
        const said = await recorded('s3://acme/o', `--roll-size 1MB --format ${format}`, 40)
        expect(said).toBe(
          `evt: cannot keep a part in ${join(at.work, 'small')} for s3://acme/o: no space left\n` +
            `     set TMPDIR to a folder with more room, or take a smaller --roll-size; ` +
            `${GOES_ON}\n`,
        )
        const parts = await partsOf(moto, 'acme', 'o')
        expect(idsIn(format === 'parquet' ? await parquetOf(parts) : parts)).toEqual(ids)
      },
      300_000,
    )
  },
)
