import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import avro from 'avsc'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAvroWriter } from '../../src/generate/avro.js'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'evt-avro-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const sample = {
  'detail-type': '',
  resources: [],
  count: 1,
  'is-new': true,
  detail: { id: '', cause: '', tags: [''], nested: { n: 1 } },
}
const rows = Array.from({ length: 5000 }, (_, n) => ({
  'detail-type': `type ${n} ä`,
  resources: n % 2 ? [] : ['a', 'b'],
  count: [n, -n, 2 ** 52, -(2 ** 52), 2 ** 30][n % 5],
  'is-new': n % 2 === 0,
  detail: { id: String(n), cause: n % 3 ? null : 'c', tags: ['x'], nested: { n: 2 ** 29 * n } },
}))

describe.each(['null', 'deflate'] as const)('with codec %s', (codec) => {
  test('another implementation of Avro reads what was written', async () => {
    const text = join(folder, 'a.ndjson')
    writeFileSync(text, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`)
    const writer = createAvroWriter(sample, codec)
    const [first, second] = [join(folder, 'a.avro'), join(folder, 'b.avro')]
    await writer.write(text, first)
    await writer.write(text, second)
    expect(readFileSync(first)).toEqual(readFileSync(second))
    const read: unknown[] = []
    await new Promise((resolve, reject) => {
      avro
        .createFileDecoder(first)
        .on('data', (row: unknown) => read.push(JSON.parse(JSON.stringify(row))))
        .on('end', resolve)
        .on('error', reject)
    })
    expect(read).toEqual(rows)
  })
})

test('a field that the sample lacks is never left out in silence', async () => {
  const text = join(folder, 'c.ndjson')
  writeFileSync(text, '{"a":1,"b":2}\n')
  const writing = createAvroWriter({ a: 1 }, 'null').write(text, join(folder, 'c.avro'))
  await expect(writing).rejects.toThrow('the sample has no b')
})
