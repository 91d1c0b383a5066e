import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDecoder } from '../../src/envelopes/decode.js'
import { createMapping } from '../../src/event/mapping.js'
import { Eraser } from '../../src/privacy/eraser.js'
import { passThrough } from '../../src/privacy/object-pass.js'
import { PackedFile } from '../../src/privacy/packed-file.js'
import { newKey } from '../../src/privacy/seals.js'
import { runRecord } from '../../src/record/run.js'
import { partsIn, recordRequest } from '../record/recorded.js'
import { CONFIG, event, line, MAPS, rowsIn, SUBJECT } from './recorded-workload.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-recordings-'))
  writeFileSync(join(folder, 'evt.yaml'), CONFIG)
})
afterEach(() => rmSync(folder, { recursive: true }))

const key = newKey()
function how(mentions: boolean) {
  const subject = { entities: [`user:${SUBJECT}`], values: [], ignoreCase: false, deep: true }
  const mapping = createMapping({ maps: MAPS })
  const decode = createDecoder({ mapping })
  const isHeld = () => false
  const settings = { subject, mapping, decode, mode: 'drop' as const, mentions, isHeld, key }
  return { eraser: new Eraser(settings), key }
}

async function object(file: string) {
  const { size: sizeBytes, mtimeMs } = await stat(file)
  return { kind: 'file' as const, path: file, file, sizeBytes, mtimeMs }
}

describe('what no reader understands', () => {
  test.each(['ndjson', 'parquet'] as const)(
    'what cannot be read of a recording in %s is told, or erased in all its copies',
    async (format) => {
      const bad = Buffer.from(`no JSON of ${SUBJECT}\n`)
      const broken = Buffer.concat([Buffer.from([0xff]), Buffer.from(` not UTF-8: ${SUBJECT}\n`)])
      const lines = [line(event('e-1', 'u-1')), bad, broken, 'no JSON of others\n']
      writeFileSync(join(folder, 'a.ndjson'), Buffer.concat(lines.map((one) => Buffer.from(one))))
      const run = await runRecord(recordRequest('p', folder, { format, env: { HOME: folder } }))
      expect(run.recorded).toMatchObject({ records: 4, undecodable: 3 })
      const files = partsIn(join(folder, 'p')).map(({ name }) => join(folder, 'p', name))
      const planned = async (mentions: boolean) => {
        const counts = { left: 0, mentioned: 0 }
        for (const file of files) {
          const pass = await passThrough(await object(file), how(mentions))
          counts.left += pass.counts.left
          counts.mentioned += pass.counts.mentioned
        }
        return counts
      }
      expect(await planned(false)).toEqual({ left: 2, mentioned: 0 })
      // The text and its first bytes.
      expect(await planned(true)).toEqual({ left: 0, mentioned: 4 })
      for (const file of files) {
        const target = await PackedFile.open(`${file}.new`)
        const { sniffed } = await passThrough(await object(file), { ...how(true), target })
        await target.finish(sniffed.compression)
        renameSync(`${file}.new`, file)
      }
      const told = JSON.stringify(
        format === 'parquet'
          ? await rowsIn(files)
          : files.map((file) => gunzipSync(readFileSync(file)).toString()),
      )
      const packed = told.match(/[A-Za-z0-9+/]{16,}=*/g) ?? []
      const plain = packed.map((one) => Buffer.from(one, 'base64').toString('latin1'))
      expect(plain.join()).toContain('no JSON of others')
      expect(plain.join()).toContain('no JSON of [...]')
      expect(told + plain.join()).not.toContain(SUBJECT)
    },
  )
})
