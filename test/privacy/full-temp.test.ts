import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { isThere } from '../cases/needs.js'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const SUBJECT = 'u-4711-ada'
const line = (n: number) => {
  const user = n % 100 === 0 ? SUBJECT : `u-${n}`
  return `${JSON.stringify({ id: `e-${n}`, user, n: (n * 2_654_435_761) % 4_294_967_296 })}\n`
}
const LINES = Array.from({ length: 9_000 }, (_, n) => line(n))

const isPossible = python !== undefined && isThere['a small disk']()
describeWith('moto 5.2.1 (node scripts/testbed.mjs), and to mount a small disk', isPossible)(
  'an erasure from S3, where the folder for temporary files is full',
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
      mkdirSync(join(at.work, 'small'))
    })
    afterEach(() => at.remove())
    afterAll(() => moto.stop())

    test('says so while nothing is changed, and goes on where there is room', async () => {
      const CreateBucketConfiguration = { LocationConstraint: moto.region }
      await moto.call('s3', 'create_bucket', { Bucket: 'acme', CreateBucketConfiguration })
      const of = { Bucket: 'acme', Key: 'archive/1.ndjson' }
      await moto.call('s3', 'put_object', { ...of, Body: LINES.join('') })
      const script = [
        `evt gdpr erase --entity user:${SUBJECT} --map entities.user=$.user s3://acme/archive/ \
          --plan plan > /dev/null; echo $?`,
        'mount -t tmpfs -o size=200k none small',
        'apply() { TMPDIR=$PWD/small evt gdpr erase --apply plan --yes > /dev/null; echo $?; }',
        'apply 2> said.txt',
        'ls -A small',
        'mount -o remount,size=100m small',
        'apply',
        'evt gdpr verify plan > /dev/null; echo $?',
      ]
      const args = ['--map-root-user', '--mount', 'sh', '-c', script.join('\n')]
      const child = startEvt(args, at, 'unshare')
      expect(await child.end, child.err.text).toEqual({ exit: 0, signal: null })
      expect({ out: child.out.text, err: child.err.text }).toEqual({ out: '0\n3\n0\n0\n', err: '' })
      const small = join(at.work, 'small')
      expect(readFileSync(join(at.work, 'said.txt'), 'utf8')).toBe(
        `evt: no space left on ${small} to copy s3://acme/archive/1.ndjson
     set TMPDIR to a folder with more room
     what is done is in the journal; the same line goes on from there
`,
      )
    })
  },
)
