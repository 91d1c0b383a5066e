import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { changeOf, readBytes } from '../../src/archives/bytes.js'
import type { Fault, FileObject } from '../../src/archives/object.js'
import { listed, readAll, short, testFolder, write } from './files.js'

const folder = testFolder()
const line = (i: number) => `${JSON.stringify({ i, text: `event ${i * 7919}` })}\n`
const lines = (count: number) => Array.from({ length: count }, (_, i) => line(i)).join('')

async function unpacked(object: FileObject, chunkBytes?: number) {
  const faults: Fault[] = []
  const report = (fault: Fault) => faults.push(fault)
  const parts: Buffer[] = []
  for await (const part of readBytes(object, { compression: 'gzip', report, chunkBytes })) {
    parts.push(part)
  }
  return { bytes: Buffer.concat(parts), faults }
}

const cut = { reason: 'cut', detail: 'ends before its gzip data does' }

describe('whole gzip', () => {
  const text = Buffer.from(lines(5000))
  const members = [text.subarray(0, 10), text.subarray(10, 70_000), text.subarray(70_000)]
  const zipped = Buffer.concat(members.map((member) => gzipSync(member)))
  test.each<[string, Buffer]>([
    ['one member', gzipSync(text)],
    ['several members', zipped],
    ['an empty member among them', Buffer.concat([gzipSync(''), zipped, gzipSync('')])],
    ['zeros behind it', Buffer.concat([zipped, Buffer.alloc(3000)])],
    [
      'zeros between members',
      Buffer.concat([gzipSync(text.subarray(0, 9)), Buffer.alloc(600), gzipSync(text.subarray(9))]),
    ],
  ])('%s', async (_, bytes) => {
    for (const chunkBytes of [97, 4096, undefined]) {
      const result = await unpacked(write(folder, 'x', bytes), chunkBytes)
      expect(result.faults).toEqual([])
      expect(result.bytes.equals(text)).toBe(true)
    }
  })
})

describe('damaged gzip', () => {
  const text = Buffer.from(lines(300))
  const zipped = gzipSync(text)

  test('cut anywhere: all that came before, and one fault', async () => {
    for (let end = 2; end < zipped.length; end += 131) {
      const part = zipped.subarray(0, end)
      const { bytes, faults } = await unpacked(write(folder, 'x', part))
      expect(faults).toEqual([cut])
      const readable = gunzipSync(part, { finishFlush: 2 })
      expect(bytes.equals(readable)).toBe(true)
    }
  })

  test.each([1, 4, 8])('cut within the trailer, by %i bytes', async (count) => {
    const { bytes, faults } = await unpacked(write(folder, 'x', zipped.subarray(0, -count)))
    expect(faults).toEqual([cut])
    expect(bytes.equals(text)).toBe(true)
  })

  test('cut within the second member', async () => {
    const object = write(folder, 'x', Buffer.concat([zipped, zipped.subarray(0, 14)]))
    const { bytes, faults } = await unpacked(object)
    expect(faults).toEqual([cut])
    expect(bytes.equals(text)).toBe(true)
  })

  test('a wrong checksum: all the data, and a fault', async () => {
    const wrong = Buffer.from(zipped)
    wrong.writeUInt32LE(1, wrong.length - 8)
    const { bytes, faults } = await unpacked(write(folder, 'x', wrong))
    expect(faults).toEqual([{ reason: 'corrupt', detail: 'is corrupt gzip: incorrect data check' }])
    expect(bytes.equals(text)).toBe(true)
  })

  test('a wrong length: all the data, and a fault', async () => {
    const wrong = Buffer.from(zipped)
    wrong.writeUInt32LE(1, wrong.length - 4)
    const { bytes, faults } = await unpacked(write(folder, 'x', wrong))
    expect(faults).toEqual([
      { reason: 'corrupt', detail: 'is corrupt gzip: incorrect length check' },
    ])
    expect(bytes.equals(text)).toBe(true)
  })

  test('data behind its end: all the data, and a fault', async () => {
    for (const junk of ['junk', '\0\0junk']) {
      const object = write(folder, 'x', Buffer.concat([zipped, Buffer.from(junk)]))
      const { bytes, faults } = await unpacked(object)
      expect(faults.map(({ reason }) => reason)).toEqual(['corrupt'])
      expect(bytes.equals(text)).toBe(true)
    }
  })

  test('a stored block of a wrong length, deep in the file: all that precedes it', async () => {
    const stored = gzipSync(Buffer.from(lines(60_000)), { level: 0 })
    let damage = 10
    let before = 0
    for (let block = 0; block < 50; block++) {
      const blockBytes = stored.readUInt16LE(damage + 1)
      before += blockBytes
      damage += 5 + blockBytes
    }
    stored.writeUInt16LE(1, damage + 1)
    const { bytes, faults } = await unpacked(write(folder, 'x', stored))
    expect(faults).toEqual([
      { reason: 'corrupt', detail: 'is corrupt gzip: invalid stored block lengths' },
    ])
    expect(bytes.length).toBe(before)
    expect(bytes.equals(Buffer.from(lines(60_000)).subarray(0, bytes.length))).toBe(true)
  })
})

describe('records of damaged gzip', () => {
  test('the cut last record is the one undecodable', async () => {
    const zipped = gzipSync('{"a":1}\n{"b":2}\n{"c":3}', { level: 0 })
    for (let lost = 1; lost <= 23; lost++) {
      const { records, faults } = await readAll(write(folder, 'x', zipped.subarray(0, -8 - lost)))
      const whole = [{ a: 1 }, { b: 2 }].slice(0, Math.floor((24 - lost) / 8))
      expect([lost, ...records.map(short)]).toEqual([lost, ...whole, 'cut'])
      expect(faults).toEqual([cut])
    }
  })

  test('a cut between records is one undecodable with nothing in it', async () => {
    const zipped = gzipSync('{"a":1}\n{"b":2}\n', { level: 0 })
    for (const lost of [8, 9]) {
      const { records } = await readAll(write(folder, 'x', zipped.subarray(0, -lost)))
      expect(records.map(short)).toEqual([{ a: 1 }, { b: 2 }, 'cut'])
      expect(records.at(-1)).toMatchObject({ bad: { sizeBytes: 0, detail: cut.detail } })
    }
  })

  test('corrupt: the good ones before it, and one undecodable', async () => {
    for (const text of ['{"a":1}\n{"b":2}\n', '{"a":1}{"b":2}', '[{"a":1},{"b":2}]']) {
      const wrong = gzipSync(text)
      wrong.writeUInt32LE(1, wrong.length - 8)
      const { records } = await readAll(write(folder, 'x', wrong))
      expect(records.map(short)).toEqual([{ a: 1 }, { b: 2 }, 'cut'])
      expect(records.at(-1)).toMatchObject({
        bad: { detail: 'is corrupt gzip: incorrect data check' },
      })
    }
  })
})

describe('objects that change', () => {
  const read = async (change: (file: string) => void) => {
    const object = write(folder, 'changing', '{"a":1}\n')
    change(object.file)
    const { records, faults } = await readAll(object)
    return { found: records.map(short), faults: faults.map((fault) => Object.values(fault)) }
  }

  test('grown', async () => {
    const { found, faults } = await read((file) => appendFileSync(file, '{"b":2}\n'))
    expect(found).toEqual([{ a: 1 }, { b: 2 }])
    expect(faults).toEqual([['changed', 'grew from 8 to 16 bytes since it was listed']])
  })

  test('shrunk', async () => {
    const { found, faults } = await read((file) => truncateSync(file, 0))
    expect(found).toEqual([])
    expect(faults).toEqual([['changed', 'shrank from 8 to 0 bytes since it was listed']])
  })

  test('written to', async () => {
    const object = write(folder, 'changing', '{"a":1}\n')
    const older = { ...object, mtimeMs: object.mtimeMs - 1 }
    writeFileSync(object.file, '{"b":2}\n')
    const { faults } = await readAll(older)
    expect(faults).toEqual([{ reason: 'changed', detail: 'was written to since it was listed' }])
  })

  test('gone', async () => {
    const { found, faults } = await read((file) => rmSync(file))
    expect(found).toEqual([])
    expect(faults).toEqual([['changed', 'is gone since it was listed']])
  })

  test('are told without reading them, too', async () => {
    const object = write(folder, 'changing', '{"a":1}\n')
    expect(await changeOf(object)).toBeUndefined()
    appendFileSync(object.file, '\n')
    expect(await changeOf(object)).toMatchObject({ reason: 'changed' })
    rmSync(object.file)
    expect(await changeOf(object)).toMatchObject({ detail: 'is gone since it was listed' })
  })

  test('unchanged', async () => {
    const object = write(folder, 'same', '{"a":1}\n')
    expect((await readAll(listed(object.file))).faults).toEqual([])
  })
})
