import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Fault, FileObject } from '../../src/archives/object.js'
import { sniff } from '../../src/archives/sniff.js'
import { type Segment, type SpoolOptions, spoolLines } from '../../src/archives/spool.js'
import { SpoolFiles } from '../../src/archives/spool-files.js'
import { diskError } from '../../src/archives/temp-folder.js'
import { readAll, short, testFolder, write } from './files.js'
import { zstdStored } from './zstd-file.js'

const folder = testFolder()
const lines = (count: number) =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ i })}\n`).join('')

async function spool(object: FileObject, options: SpoolOptions = {}) {
  const dir = mkdtempSync(join(folder, 'spool-'))
  const files = new SpoolFiles(dir)
  const segments: Segment[] = []
  const texts: string[] = []
  for await (const segment of spoolLines(object, await sniff(object), files, options)) {
    segments.push(segment)
    texts.push(readFileSync(segment.file, 'utf8'))
    expect(texts.at(-1)?.length).toBe(segment.bytes)
    segment.release()
  }
  await files.close()
  expect(readdirSync(dir)).toEqual([])
  return { segments, texts }
}

describe('segments', () => {
  test.each([
    ['gzip', gzipSync],
    ['zstd', (text: string) => zstdStored(Buffer.from(text))],
  ])('of %s are the text, cut at line ends', async (_, compress) => {
    const text = lines(20_000)
    const object = write(folder, 'x', compress(text))
    const { segments, texts } = await spool(object, { segmentBytes: 30_000, chunkBytes: 4096 })
    expect(segments.length).toBeGreaterThan(5)
    expect(texts.join('')).toBe(text)
    for (const one of texts) expect(one.endsWith('\n')).toBe(true)
    expect(segments.every(({ plain, fault }) => plain && !fault)).toBe(true)
    const storedBytes = segments.reduce((sum, segment) => sum + segment.storedBytes, 0)
    expect(storedBytes).toBe(object.sizeBytes)
  })

  test('are without the byte order mark', async () => {
    const object = write(folder, 'x', gzipSync(`\ufeff${lines(3)}`))
    for (const chunkBytes of [undefined, 64]) {
      expect((await spool(object, { chunkBytes })).texts).toEqual([lines(3)])
    }
  })

  test('an empty object has none', async () => {
    expect((await spool(write(folder, 'x', gzipSync('')))).segments).toEqual([])
    expect((await spool(write(folder, 'x', gzipSync('\ufeff')))).segments).toEqual([])
  })

  test('plain text, such as stdin, can be spooled too', async () => {
    expect((await spool(write(folder, 'x', lines(3)))).texts).toEqual([lines(3)])
  })
})

describe('a segment is not plain', () => {
  const long = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}\n`

  test.each([
    [100, true],
    [101, false],
    [1000, false],
  ])('with a line of %i bytes where 100 may be', async (bytes, plain) => {
    for (const text of [long(bytes), lines(5) + long(bytes), long(bytes) + lines(5)]) {
      for (const chunkBytes of [64, 99, 100, 101, 5000]) {
        const object = write(folder, 'x', gzipSync(text))
        const { segments } = await spool(object, { maxLineBytes: 100, chunkBytes })
        expect(segments.map((segment) => segment.plain)).toEqual([plain])
      }
    }
  })

  test('only where the line is', async () => {
    const text = lines(100) + long(400) + lines(100)
    const object = write(folder, 'x', gzipSync(text))
    const options = { maxLineBytes: 100, chunkBytes: 64, segmentBytes: 300 }
    const { segments, texts } = await spool(object, options)
    expect(texts.join('')).toBe(text)
    expect(segments.filter(({ plain }) => !plain)).toHaveLength(1)
  })

  test('with a NUL', async () => {
    const object = write(folder, 'x', gzipSync(`${lines(3)}\0\n`))
    expect((await spool(object)).segments.map(({ plain }) => plain)).toEqual([false])
  })

  test('with a cut end, which its reader is told of', async () => {
    const zipped = gzipSync(`{"a":1}\n{"b":2}\n{"c":3}\n`, { level: 0 })
    const object = write(folder, 'x', zipped.subarray(0, -12))
    const fault = { reason: 'cut', detail: 'ends before its gzip data does' } as const
    const files = new SpoolFiles(folder)
    for await (const segment of spoolLines(object, await sniff(object), files)) {
      expect(segment).toMatchObject({ plain: false, fault })
      const { records } = await readAll(segment.object, { endsWith: fault })
      expect(records.map(short)).toEqual([{ a: 1 }, { b: 2 }, 'cut'])
    }
    await files.close()
  })

  test('with nothing but a fault', async () => {
    const object = write(folder, 'x', gzipSync('').subarray(0, 12))
    const { segments } = await spool(object)
    expect(segments).toMatchObject([{ plain: false, bytes: 0, fault: { reason: 'cut' } }])
  })

  test('a file that only changed is', async () => {
    const object = { ...write(folder, 'x', gzipSync(lines(3))), mtimeMs: 0 }
    const faults: Fault[] = []
    const { segments } = await spool(object, { report: (fault) => faults.push(fault) })
    expect(segments).toMatchObject([{ plain: true, fault: { reason: 'changed' } }])
    expect(faults).toEqual([segments[0]?.fault])
  })
})

describe('a thread of its own', () => {
  const aside = { asideFromBytes: 0, segmentBytes: 30_000, chunkBytes: 4096 }

  test.each([
    ['gzip', gzipSync],
    ['zstd', (text: string) => zstdStored(Buffer.from(text))],
  ])('unpacks the same of %s', async (_, compress) => {
    const object = write(folder, 'x', compress(lines(20_000)))
    const here = await spool(object, { ...aside, asideFromBytes: Number.POSITIVE_INFINITY })
    const there = await spool(object, aside)
    expect(there.texts.join('')).toEqual(here.texts.join(''))
    expect(there.segments.every(({ plain, fault }) => plain && !fault)).toBe(true)
  })

  test('tells of faults', async () => {
    const object = write(folder, 'x', gzipSync(lines(20_000)).subarray(0, -12))
    const faults: Fault[] = []
    const { segments } = await spool(object, { ...aside, report: (fault) => faults.push(fault) })
    expect(segments.at(-1)).toMatchObject({ plain: false, fault: { reason: 'cut' } })
    expect(faults).toEqual([segments.at(-1)?.fault])
  })

  test('tells of what keeps it from writing, and serves the next', async () => {
    const object = write(folder, 'x', gzipSync(lines(20_000)))
    const files = new SpoolFiles(folder)
    const taken = await files.take()
    mkdirSync(taken)
    files.give(taken)
    const spooling = spoolLines(object, await sniff(object), files, aside).next()
    await expect(spooling).rejects.toMatchObject({
      message: expect.stringMatching(/^cannot unpack x in .*: illegal operation on a directory$/),
      code: 'outside',
    })
    await files.close()
    expect((await spool(object, aside)).texts.join('')).toBe(lines(20_000))
  })

  test('stops early', async () => {
    const object = write(folder, 'x', gzipSync(lines(20_000)))
    const files = new SpoolFiles(folder)
    for await (const _ of spoolLines(object, await sniff(object), files, aside)) break
    await files.close()
  })
})

describe('the folder of segments', () => {
  const object = write(folder, 'many', gzipSync(lines(50_000)))
  const options = { segmentBytes: 10_000, chunkBytes: 4096 }

  test('holds no more than the one in hand and one ahead, used again', async () => {
    const dir = mkdtempSync(join(folder, 'spool-'))
    const files = new SpoolFiles(dir)
    let segments = 0
    for await (const segment of spoolLines(object, await sniff(object), files, options)) {
      await sleep(2)
      const [made = ''] = readdirSync(dir)
      expect(readdirSync(join(dir, made)).length).toBeLessThanOrEqual(3)
      segments += 1
      segment.release()
    }
    // How much zlib gives at once depends on the version of Node.
    expect(segments).toBeGreaterThan(5)
    await files.close()
    expect(readdirSync(dir)).toEqual([])
  })

  test('is gone when the reader stops early', async () => {
    const dir = mkdtempSync(join(folder, 'spool-'))
    const files = new SpoolFiles(dir)
    for await (const _ of spoolLines(object, await sniff(object), files, options)) break
    await files.close()
    expect(readdirSync(dir)).toEqual([])
  })

  test('cannot be made where there is none', async () => {
    const dir = join(folder, 'nowhere')
    const spooling = spoolLines(object, await sniff(object), new SpoolFiles(dir)).next()
    await expect(spooling).rejects.toMatchObject({
      message: `cannot make a temporary folder in ${dir}: no such file or directory`,
      code: 'outside',
    })
  })

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'] as const)('is gone after %s', async (end) => {
    const dir = mkdtempSync(join(folder, 'spool-'))
    const script = `
      const { makeTempFolder } = await import(process.argv[1])
      const { writeFileSync } = await import('node:fs')
      writeFileSync((await makeTempFolder('evt-spool-', process.argv[2])) + '/0.ndjson', 'x')
      process.stdout.write('ready')
      ${end === 'exit' ? 'process.exit(3)' : 'setInterval(() => {}, 1000)'}`
    const module = fileURLToPath(new URL('../../src/archives/temp-folder.ts', import.meta.url))
    const args = ['--import', 'tsx', '--input-type=module', '-e', script, module, dir]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', () => end !== 'exit' && child.kill(end))
    const ended = await new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? code))
    })
    expect(ended).toBe(end === 'exit' ? 3 : end)
    expect(readdirSync(dir)).toEqual([])
  })
})

test('a full disk is the outside, and says what to do', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
  })
  expect(diskError(full, 'unpack archive/a.gz', '/tmp')).toMatchObject({
    message: 'no space left on /tmp to unpack archive/a.gz',
    hint: 'set TMPDIR to a folder with more room',
    code: 'outside',
    cause: full,
  })
})
