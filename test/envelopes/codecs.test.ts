import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { gzip } from '../../src/envelopes/codecs/gzip.js'
import { zstd } from '../../src/envelopes/codecs/zstd.js'
import { loadZstd } from '../../src/zstd/engine.js'
import { zstdStored } from '../archives/zstd-file.js'

const text = Buffer.from('{"orderId":"o-4411"}'.repeat(1000))

beforeAll(loadZstd)

describe.each([
  { codec: gzip, pack: (bytes: Buffer): Buffer => gzipSync(bytes) },
  { codec: zstd, pack: (bytes: Buffer) => zstdStored(bytes, 5_000) },
])('$codec.envelope.name', ({ codec, pack }) => {
  const contentOf = (bytes: Buffer, mostBytes = 1e6) =>
    codec.decode(bytes, mostBytes, {})[0]?.content

  test('recognises and unpacks what was packed', () => {
    expect(codec.recognises(pack(text), {})).toBe(true)
    expect(codec.recognises(text, {})).toBe(false)
    expect(contentOf(pack(text))).toEqual(text)
    expect(contentOf(pack(Buffer.alloc(0)))).toEqual(Buffer.alloc(0))
  })

  test('unpacks no more than the limit', () => {
    expect(contentOf(pack(text), text.length)).toEqual(text)
    expect(() => contentOf(pack(text), text.length - 1)).toThrow(
      'unpacks to more than the limit of 19,999 bytes',
    )
    expect(() => contentOf(pack(text), 0)).toThrow('unpacks to more than the limit')
  })

  test('says whether bytes are cut or corrupt', () => {
    const packed = pack(text)
    expect(() => contentOf(packed.subarray(0, packed.length - 3))).toThrow(
      'ends before its data does',
    )
    const damaged = Buffer.from(packed)
    damaged.fill(0xff, 12)
    expect(() => contentOf(damaged)).toThrow(/^is corrupt$/)
  })
})

test('a window of zstd that is too large, or a dictionary, is said', () => {
  const window = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0x01, 0x00, 0x00])
  expect(() => zstd.decode(window, 1e6, {})).toThrow(
    'needs a window of more than 128 MiB, which is not unpacked',
  )
})

test('what cannot be unpacked keeps hardly any memory', () => {
  const cut = gzipSync('{"orderId":"o-4411"}').subarray(0, 20)
  const before = process.memoryUsage().arrayBuffers
  for (let n = 0; n < 5_000; n++) expect(() => gzip.decode(cut, 1e6, {})).toThrow()
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6)
})
