import { execFileSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { resolveSources, type SourceOptions } from '../../src/archives/source.js'
import { EvtError } from '../../src/errors.js'
import { readAll, testFolder, write } from './files.js'

const cwd = join(testFolder(), 'work')
const us = (text: string) => Date.parse(text) * 1000

beforeEach(() => mkdirSync(cwd, { recursive: true }))
afterEach(() => rmSync(cwd, { recursive: true }))

function files(...paths: string[]): void {
  for (const path of paths) write(cwd, path, '{"a":1}\n')
}

async function paths(args: string[], options: Partial<SourceOptions> = {}): Promise<string[]> {
  const { objects } = await resolveSources(args, { aliases: {}, cwd, ...options })
  return objects.map(({ path }) => path)
}

async function failure(args: string[], options: Partial<SourceOptions> = {}) {
  const error = await paths(args, options).catch((thrown: unknown) => thrown)
  if (!(error instanceof EvtError)) throw new Error(`no EvtError but ${String(error)}`)
  const { message, hint, code } = error
  return { message, hint, code }
}

describe('files and folders', () => {
  test('a file, with its size and time', async () => {
    files('orders.ndjson')
    const { objects, pruned } = await resolveSources(['orders.ndjson'], { aliases: {}, cwd })
    const file = join(cwd, 'orders.ndjson')
    expect(objects).toEqual([
      { kind: 'file', path: 'orders.ndjson', file, sizeBytes: 8, mtimeMs: expect.any(Number) },
    ])
    expect(pruned).toBe(0)
  })

  test('a folder, with all that is below it, in byte order', async () => {
    files('in/b', 'in/a/z', 'in/a.gz', 'in/B', 'in/é', 'in/\u{1f600}', 'in/\uffee')
    const inOrder = ['in/B', 'in/a.gz', 'in/a/z', 'in/b', 'in/é', 'in/\uffee', 'in/\u{1f600}']
    expect(await paths(['in'])).toEqual(inOrder)
    expect(await paths(['in/'])).toEqual(inOrder)
    expect((await paths(['.']))[0]).toBe('in/B')
    expect((await paths(['./in']))[0]).toBe('./in/B')
    expect((await paths([join(cwd, 'in')]))[0]).toBe(join(cwd, 'in/B'))
  })

  test('in folders some names are not events', async () => {
    files('in/a', 'in/.hidden', 'in/_SUCCESS', 'in/.tmp/a', 'in/_temporary/a', 'in/truth.json')
    files(
      'in/evt.yaml',
      'in/evt.yml',
      'in/x.evt-index/a',
      'in/derived/evt-index.json',
      'in/derived/e/a',
    )
    expect(await paths(['in'])).toEqual(['in/a'])
    expect(await paths(['in/truth.json', 'in/_SUCCESS'])).toEqual(['in/_SUCCESS', 'in/truth.json'])
  })

  test('an empty file is an object, an empty folder has none', async () => {
    write(cwd, 'in/empty')
    mkdirSync(join(cwd, 'none'))
    expect(await paths(['in'])).toEqual(['in/empty'])
    expect(await paths(['none'])).toEqual([])
  })

  test('the same file twice is one object; a hard link is another file', async () => {
    files('in/a')
    symlinkSync(join(cwd, 'in/a'), join(cwd, 'in/link'))
    linkSync(join(cwd, 'in/a'), join(cwd, 'in/hard'))
    const places = ['./in', 'in', 'in/a', 'in/link', join(cwd, 'in')]
    expect(await paths(places)).toEqual(['in/a', 'in/hard'])
    expect(await paths(places.reverse())).toEqual(['in/a', 'in/hard'])
  })

  test('links are followed, in circles only once', async () => {
    files('in/a/x', 'elsewhere/y')
    symlinkSync('..', join(cwd, 'in/a/up'))
    symlinkSync(join(cwd, 'elsewhere'), join(cwd, 'in/other'))
    symlinkSync('self', join(cwd, 'in/self'))
    expect(await paths(['in'])).toEqual(['in/a/x', 'in/other/y'])
    expect(await paths(['in/**'])).toEqual(['in/a/x', 'in/other/y'])
  })

  test('a link that leads nowhere is an object that is gone', async () => {
    mkdirSync(join(cwd, 'in'))
    symlinkSync('nowhere', join(cwd, 'in/dangling'))
    const { objects } = await resolveSources(['in'], { aliases: {}, cwd })
    expect(objects.map(({ path }) => path)).toEqual(['in/dangling'])
    const { faults } = await readAll(objects[0] as never)
    expect(faults).toEqual([{ reason: 'changed', detail: 'is gone since it was listed' }])
  })
})

describe('globs', () => {
  test('files, and the folders that match', async () => {
    files('archive/2026/a.gz', 'archive/2026/b.txt', 'archive/2027/c.gz', 'archive/d.gz')
    expect(await paths(['archive/**/*.gz'])).toEqual([
      'archive/2026/a.gz',
      'archive/2027/c.gz',
      'archive/d.gz',
    ])
    expect(await paths(['archive/20*'])).toEqual([
      'archive/2026/a.gz',
      'archive/2026/b.txt',
      'archive/2027/c.gz',
    ])
    expect(await paths(['*/{2026,2027}/[ac].gz'])).toHaveLength(2)
    expect(await paths([join(cwd, 'archive/*.gz')])).toEqual([join(cwd, 'archive/d.gz')])
  })

  test('leave out what a folder would', async () => {
    files('in/a.gz', 'in/_b.gz', 'in/x/evt-index.json', 'in/x/e/c.gz', 'in/.h/d.gz')
    expect(await paths(['in/**/*.gz'])).toEqual(['in/a.gz'])
  })

  test('a file whose name looks like a glob is a file', async () => {
    files('a[1].ndjson')
    expect(await paths(['a[1].ndjson'])).toEqual(['a[1].ndjson'])
  })
})

describe('stdin and pipes', () => {
  test('stdin is a stream, once', async () => {
    const stdin = Readable.from([Buffer.from('{"a":1}\n')])
    const { objects } = await resolveSources(['-', '-'], { aliases: {}, cwd, stdin })
    expect(objects).toMatchObject([{ kind: 'stream', path: '-' }])
    const { records } = await readAll(objects[0] as never)
    expect(records).toMatchObject([{ record: 1, value: { a: 1 } }])
  })

  test('a stdin that cannot be read is the outside', async () => {
    const failing = Readable.from(broken())
    const { objects } = await resolveSources(['-'], { aliases: {}, cwd, stdin: failing })
    await expect(readAll(objects[0] as never)).rejects.toMatchObject({
      message: 'cannot read stdin: illegal operation on a directory',
      code: 'outside',
    })
  })

  test('a named pipe is one as well, and in a folder none', async () => {
    mkdirSync(join(cwd, 'in'))
    execFileSync('/usr/bin/env', ['mkfifo', join(cwd, 'in/pipe')])
    const { objects } = await resolveSources(['in/pipe'], { aliases: {}, cwd })
    expect(objects).toMatchObject([{ kind: 'stream', path: 'in/pipe' }])
    expect(await paths(['in'])).toEqual([])
  })
})

describe('aliases', () => {
  const aliases = { prod: 'archive/', one: './archive/b/c', many: 'archive/**/*', far: 's3://b/p' }
  beforeEach(() => files('archive/a', 'archive/b/c'))

  test.each([
    ['prod:', ['prod:a', 'prod:b/c']],
    ['prod:b', ['prod:b/c']],
    ['prod:b/c', ['prod:b/c']],
    ['prod:**/c', ['prod:b/c']],
    ['one:', ['one:']],
    ['many:', ['many:a', 'many:b/c']],
  ])('%s', async (address, found) => {
    expect(await paths([address], { aliases })).toEqual(found)
  })

  test('an alias of what is no archive', async () => {
    expect((await failure(['far:x'], { aliases: { far: 'sqs://b' } })).message).toBe(
      'cannot read sqs://b/x: archives are read from files, stdin and S3',
    )
  })

  test('an unknown alias', async () => {
    expect(await failure(['prd:x'], { aliases })).toEqual({
      message: 'no such file or folder: prd:x',
      hint: 'did you mean prod:?',
      code: 'usage',
    })
  })
})

describe('what cannot be read', () => {
  test.each([
    ['ordrs.ndjson', 'did you mean orders.ndjson?'],
    ['./ordrs.ndjson', 'did you mean orders.ndjson?'],
    ['archve/x/y.gz', 'did you mean archive?'],
    ['archive/2025/y.gz', 'did you mean archive/2026?'],
    ['orders.ndjson/x', undefined],
    ['nothing-like-it', undefined],
  ])('missing: %s', async (path, hint) => {
    files('orders.ndjson', 'archive/2026/x')
    expect(await failure([path])).toEqual({
      message: `no such file or folder: ${path}`,
      hint,
      code: 'usage',
    })
  })

  test('a glob that matches nothing', async () => {
    files('archive/a.ndjson')
    expect(await failure(['archive/**/*.gz'])).toEqual({
      message: 'no files match archive/**/*.gz',
      hint: 'a folder is read with all that is below it: archive',
      code: 'usage',
    })
    expect((await failure(['archve/*.gz'])).message).toBe('no such file or folder: archve')
  })

  test.each(['sqs://orders', 'arn:aws:sqs:eu-west-1:123456789012:orders'])(
    'an address of no archive: %s',
    async (address) => {
      const message = `cannot read ${address}: archives are read from files, stdin and S3`
      const hint =
        'evt stats --duration and evt check --watch measure what comes, evt record keeps it'
      expect(await failure([address])).toEqual({ message, hint, code: 'usage' })
    },
  )

  describe('without permission', () => {
    // Root may read everything, so it steps down for these.
    const isRoot = process.getuid?.() === 0
    const asNobody = async <T>(work: () => Promise<T>): Promise<T> => {
      if (isRoot) process.seteuid?.(65534)
      try {
        return await work()
      } finally {
        if (isRoot) process.seteuid?.(0)
      }
    }
    beforeEach(() => {
      files('in/a/x', 'in/b')
      chmodSync(join(cwd, '..'), 0o755)
      chmodSync(cwd, 0o755)
    })
    afterEach(() => {
      for (const path of ['in/a', 'in/b']) chmodSync(join(cwd, path), 0o755)
    })

    test.each([
      ['in/b', 'in/b', 'in/b'],
      ['in/b', 'in', 'in/b'],
      ['in/a', 'in', 'in/a'],
      ['in/a', 'in/a/x', 'in/a/x'],
      ['in/a', 'in/**/x', 'in/a'],
    ])('%s closed, %s asked for', async (closed, address, named) => {
      chmodSync(join(cwd, closed), 0)
      expect(await asNobody(() => failure([address]))).toEqual({
        message: `cannot read ${named}: permission denied`,
        hint: undefined,
        code: 'usage',
      })
    })
  })
})

describe('partitions outside since and until', () => {
  test('are counted, not listed, an hour to both sides is', async () => {
    files(...['03', '04', '05', '06', '07', '08'].map((hour) => `in/2026/11/01/${hour}/a`))
    const sinceUs = us('2026-11-01T05:30:00Z')
    const untilUs = us('2026-11-01T06:00:00Z')
    const source = await resolveSources(['in'], { aliases: {}, cwd, sinceUs, untilUs })
    expect(source.objects.map(({ path }) => path)).toEqual(
      ['04', '05', '06'].map((hour) => `in/2026/11/01/${hour}/a`),
    )
    expect(source.pruned).toBe(3)
  })
})

async function* broken(): AsyncGenerator<Buffer> {
  yield Buffer.from('{"a":1}\n')
  const message = 'EISDIR: illegal operation on a directory, read'
  throw Object.assign(new Error(message), { code: 'EISDIR' })
}
