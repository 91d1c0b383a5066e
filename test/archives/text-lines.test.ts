import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { textLines } from '../../src/archives/text-lines.js'
import { testFolder, write } from './files.js'

const folder = testFolder()

async function linesOf(content: string | Uint8Array, chunkBytes = 1024, maxLineBytes?: number) {
  const compression = content[0] === 0x1f ? ('gzip' as const) : ('none' as const)
  const options = { compression, report: () => {}, chunkBytes }
  const lines = []
  for await (const line of textLines(write(folder, 'x', content), {
    ...options,
    ...(maxLineBytes === undefined ? {} : { maxLineBytes }),
  })) {
    lines.push(line)
  }
  return lines
}

const texts = (lines: readonly { text: string }[]) => lines.map(({ text }) => text)

test.each([1, 2, 3, 7, 1024])('lines come whole, however the bytes come: %d at once', async (n) => {
  const text = 'one\r\n\ndrei €\n\r\nlast'
  const expected = ['one', '', 'drei €', '', 'last']
  expect(texts(await linesOf(text, n))).toEqual(expected)
  expect(texts(await linesOf(gzipSync(text), n))).toEqual(expected)
})

test('the end of a last line makes no further one', async () => {
  expect(texts(await linesOf('a\nb\n'))).toEqual(['a', 'b'])
  expect(await linesOf('')).toEqual([])
})

test.each([1, 16, 1024])(
  'of a line over the limit its beginning is left, %d at once',
  async (n) => {
    const lines = await linesOf(`a\n${'x'.repeat(5_000)}\nb\n`, n, 1_000)
    expect(lines).toEqual([
      { number: 1, text: 'a', isOverLimit: false },
      { number: 2, text: 'x'.repeat(200), isOverLimit: true },
      { number: 3, text: 'b', isOverLimit: false },
    ])
  },
)
