import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBytes } from '../../src/archives/bytes.js'
import type { Fault, FileObject } from '../../src/archives/object.js'
import { PeekedStream } from '../../src/archives/peeked-stream.js'
import { plainRecord, readAll, short, testFolder, write } from './files.js'
import { BLOCK_HEADER_BYTES, FRAME_HEADER_BYTES, skippable, zstdStored } from './zstd-file.js'

const folder = testFolder()
const text = Buffer.from(
  Array.from({ length: 20_000 }, (_, i) => `${JSON.stringify({ i })}\n`).join(''),
)
/** The same, by the zstd command, level 19: one frame of several blocks, with its checksum. */
const zipped = readFileSync(new URL('../fixtures/zstd/lines.ndjson.zst', import.meta.url))
const cut: Fault = { reason: 'cut', detail: 'ends before its zstd data does' }
const corrupt = (detail: string): Fault => ({ reason: 'corrupt', detail })

async function unpacked(source: FileObject | AsyncIterable<Buffer>, chunkBytes?: number) {
  const faults: Fault[] = []
  const report = (fault: Fault) => faults.push(fault)
  const parts: Buffer[] = []
  const object =
    'kind' in source
      ? source
      : ({ kind: 'stream', path: '-', stream: new PeekedStream(source, '-') } as const)
  for await (const part of readBytes(object, { compression: 'zstd', report, chunkBytes })) {
    parts.push(part)
  }
  return { bytes: Buffer.concat(parts), faults }
}

async function* slices(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1
    yield bytes.subarray(at, at + size)
    at += size
  }
}

describe('whole zstd', () => {
  const halves = [text.subarray(0, 70_001), text.subarray(70_001)] as const
  const frames = halves.map((half) => zstdStored(half, 50_000))
  test.each<[string, Buffer]>([
    ['one frame', zipped],
    ['one frame, stored', zstdStored(text)],
    ['several frames', Buffer.concat(frames)],
    [
      'an empty frame among them',
      Buffer.concat([frames[0] ?? '', zstdStored(Buffer.alloc(0)), frames[1] ?? ''] as Buffer[]),
    ],
    ['skippable frames around it', Buffer.concat([skippable(0), zipped, skippable(300_000)])],
  ])('%s', async (_, bytes) => {
    for (const chunkBytes of [97, 4096, undefined]) {
      const result = await unpacked(write(folder, 'x', bytes), chunkBytes)
      expect(result.faults).toEqual([])
      expect(result.bytes.equals(text)).toBe(true)
    }
  })

  test('as a stream, in any pieces', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 20 })
    const chunks = fc.integer({ min: 64, max: 200_000 })
    const all = Buffer.concat([skippable(9), zipped, zstdStored(text, 130_000)])
    await fc.assert(
      fc.asyncProperty(sizes, chunks, async (pieces, chunkBytes) => {
        const { bytes, faults } = await unpacked(slices(all, pieces), chunkBytes)
        expect(faults).toEqual([])
        expect(bytes.equals(Buffer.concat([text, text]))).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})

describe('damaged zstd', () => {
  const blockBytes = 1000
  const small = text.subarray(0, 5500)
  const stored = zstdStored(small, blockBytes)

  test('cut anywhere: all that is stored before it, and one fault', async () => {
    for (let end = 4; end < stored.length; end += 61) {
      const inBlocks = Math.max(0, end - FRAME_HEADER_BYTES)
      const headers = Math.ceil(inBlocks / (blockBytes + BLOCK_HEADER_BYTES))
      const bytesBefore = Math.max(0, inBlocks - headers * BLOCK_HEADER_BYTES)
      const { bytes, faults } = await unpacked(write(folder, 'x', stored.subarray(0, end)))
      expect(faults).toEqual([cut])
      expect(bytes.equals(small.subarray(0, bytesBefore))).toBe(true)
    }
  })

  test('cut in a compressed block: those before it', async () => {
    const { bytes, faults } = await unpacked(write(folder, 'x', zipped.subarray(0, -9000)))
    expect(faults).toEqual([cut])
    expect(bytes.length).toBe(143_298)
    expect(bytes.equals(text.subarray(0, bytes.length))).toBe(true)
  })

  test.each([1, 4])('cut within the checksum, by %i bytes', async (count) => {
    const { bytes, faults } = await unpacked(write(folder, 'x', zipped.subarray(0, -count)))
    expect(faults).toEqual([cut])
    expect(bytes.equals(text)).toBe(true)
  })

  test('cut within a second frame, and within a skippable one', async () => {
    for (const more of [zipped.subarray(0, 3), skippable(50).subarray(0, 20)]) {
      const object = write(folder, 'x', Buffer.concat([zipped, more]))
      const { bytes, faults } = await unpacked(object)
      expect(faults).toEqual([cut])
      expect(bytes.equals(text)).toBe(true)
    }
  })

  test('a wrong checksum: all the data, and a fault', async () => {
    const wrong = Buffer.from(zipped)
    wrong[wrong.length - 1] = (wrong.at(-1) ?? 0) ^ 1
    const { bytes, faults } = await unpacked(write(folder, 'x', wrong))
    expect(faults).toEqual([corrupt('is corrupt zstd: incorrect data check')])
    expect(bytes.equals(text)).toBe(true)
  })

  test('a block of a kind that there is not: all that precedes it, also of a stream', async () => {
    const wrong = Buffer.from(stored)
    const at = FRAME_HEADER_BYTES + 3 * (blockBytes + BLOCK_HEADER_BYTES)
    wrong[at] = (wrong[at] ?? 0) | 6
    for (const source of [write(folder, 'x', wrong), slices(wrong, [700]), slices(wrong, [1])]) {
      const { bytes, faults } = await unpacked(source)
      expect(faults).toEqual([corrupt('is corrupt zstd: invalid data')])
      expect(bytes.equals(small.subarray(0, 3 * blockBytes))).toBe(true)
    }
  })

  test('data behind its end: all the data, and a fault', async () => {
    const object = write(folder, 'x', Buffer.concat([zipped, Buffer.from('no zstd')]))
    const { bytes, faults } = await unpacked(object)
    expect(faults).toEqual([corrupt('is corrupt zstd: data after its end')])
    expect(bytes.equals(text)).toBe(true)
  })

  test.each([
    [
      'a window of 256 MiB',
      [0x00, 0x90],
      'needs a zstd window of more than 128 MiB, which is not unpacked',
    ],
    ['a dictionary', [0x01, 0x38, 0x07], 'needs a zstd dictionary'],
  ])('%s is refused', async (_, header, detail) => {
    const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...header, 9, 0, 0, 0x7b])
    const { bytes, faults } = await unpacked(write(folder, 'x', frame))
    expect(faults).toEqual([corrupt(detail)])
    expect(bytes.length).toBe(0)
  })

  test('any byte changed: never more than a fault', async () => {
    const place = fc.integer({ min: 4, max: zipped.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const wrong = Buffer.from(zipped)
        wrong[at] = (wrong[at] ?? 0) ^ change
        const { bytes, faults } = await unpacked(write(folder, 'x', wrong))
        expect(faults.length > 0 || bytes.equals(text)).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('records of zstd', () => {
  test.each([
    ['lines', '{"a":1}\n{"b":2}\noops\n[{"c":3}]\n'],
    ['an array', '[{"a":1},\n{"b":2},3]'],
    ['documents', '{"a":1}{"b":2} oops {"c":3}'],
    ['a byte order mark', '\ufeff{"a":1}\n{"b":2}\n'],
  ])('%s are those of the plain text', async (_, content) => {
    const plain = await readAll(write(folder, 'plain', content))
    for (const blockBytes of [1, 7, 100]) {
      const object = write(folder, 'x', zstdStored(Buffer.from(content), blockBytes))
      const { records, faults } = await readAll(object)
      expect(records.map(plainRecord)).toEqual(plain.records.map(plainRecord))
      expect(faults).toEqual(plain.faults)
    }
  })

  test('the cut last record is the one undecodable', async () => {
    const stored = zstdStored(Buffer.from('{"a":1}\n{"b":2}\n{"c":3}'), 12)
    const { records, faults } = await readAll(write(folder, 'x', stored.subarray(0, -1)))
    expect(records.map(short)).toEqual([{ a: 1 }, { b: 2 }, 'cut'])
    expect(records.at(-1)).toMatchObject({ bad: { detail: cut.detail, sizeBytes: 6 } })
    expect(faults).toEqual([cut])
  })
})
