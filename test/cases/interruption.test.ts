import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Stage, stage } from './run-case.js'

// Ctrl-C and its kin, sent to the built evt in the middle of a read.

/** More than the system keeps of what was written and not yet read. */
const BUFFERED_BYTES = 1024 * 1024
const line = `${JSON.stringify({ id: 'e-1', note: 'x'.repeat(100) })}\n`
const lines = (sizeBytes: number) => line.repeat(Math.ceil(sizeBytes / line.length))

let at: Stage
beforeEach(() => {
  at = stage()
})
afterEach(() => at.remove())

function start(args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
  return spawn('evt', ['stats', ...args], {
    cwd: at.work,
    env: at.env,
    stdio: [stdin, 'pipe', 'pipe'],
  })
}

/** What it prints and how it ends. Called before it can have printed anything. */
async function ending(child: ChildProcess) {
  let stdout = ''
  let stderr = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  const [exit, signal] = await once(child, 'close')
  return { exit, signal, stdout, stderr, left: readdirSync(at.temp) }
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
  test('in the middle of standard input prints what came until then', async () => {
    const child = start(['-', '--map', 'id=$.id', '-o', 'json'], 'pipe')
    const end = ending(child)
    const text = lines(4 * BUFFERED_BYTES)
    // When this is over, all of it has been read but what is buffered.
    await new Promise((resolve) => child.stdin?.write(text, resolve))
    child.kill(signal)
    const { exit, stdout, stderr, left } = await end
    const { partial, read, total } = JSON.parse(stdout)
    expect({ exit, partial, left }).toEqual({ exit: 130, partial: true, left: [] })
    const all = text.length / line.length
    expect(total.events).toBeGreaterThan(all / 2)
    expect(total.events).toBeLessThanOrEqual(all)
    const records = read.records.toLocaleString('en')
    expect(JSON.parse(stderr).error).toEqual({
      message: `interrupted: ${records} records were read, the result is partial`,
      code: 'interrupted',
      exit: 130,
      hint: null,
    })
  })
})

test('while nobody writes to a pipe ends evt', async () => {
  execFileSync('mkfifo', [join(at.work, 'pipe')])
  writeFileSync(join(at.work, 'a.ndjson'), line)
  const child = start(['a.ndjson', 'pipe', '--progress'])
  const end = ending(child)
  // The first line of progress: the file has been read, the pipe is next.
  await once(child.stderr ?? child, 'data')
  child.kill('SIGINT')
  const { exit, stdout, stderr, left } = await end
  expect({ exit, left }).toEqual({ exit: 130, left: [] })
  expect(stdout).toMatch(/^a\.ndjson pipe {3}partial ! .* 1 event\n/)
  expect(stderr).toMatch(/\nevt: interrupted: 1 record was read, the result is partial\n$/)
})

describe('of a long read', () => {
  test.each(['one', 'two'])('%s Ctrl-C leaves nothing behind', async (times) => {
    mkdirSync(join(at.work, 'archive'))
    const part = gzipSync(lines(16 * 1024 * 1024), { level: 1 })
    for (let n = 0; n < 12; n++) writeFileSync(join(at.work, 'archive', `${n + 10}.gz`), part)
    const child = start(['archive', '--map', 'id=$.id', '--progress'])
    const end = ending(child)
    await once(child.stderr ?? child, 'data')
    child.kill('SIGINT')
    if (times === 'two') setTimeout(() => child.kill('SIGINT'), 20)
    const { exit, stdout, stderr, left } = await end
    expect({ exit, left }).toEqual({ exit: 130, left: [] })
    expect(stderr).not.toContain(' 12 of 12 files')
    if (times === 'two') return
    expect(stdout).toMatch(/^archive {3}partial ! {3}(\d|1[01]) objects?, /)
    expect(stderr).toMatch(/\nevt: interrupted: [\d,]+ records were read, the result is partial\n$/)
  })

  test('does not wait for the file that is being read', async () => {
    writeFileSync(join(at.work, 'a.ndjson'), line)
    writeFileSync(join(at.work, 'b.ndjson'), lines(200 * 1024 * 1024))
    const child = start(['a.ndjson', 'b.ndjson', '--map', 'id=$.id', '-o', 'json', '--progress'])
    const end = ending(child)
    await once(child.stderr ?? child, 'data')
    child.kill('SIGINT')
    const { exit, stdout, left } = await end
    const { partial, read } = JSON.parse(stdout)
    expect({ exit, partial, left }).toEqual({ exit: 130, partial: true, left: [] })
    expect(read.records).toBeLessThan(lines(200 * 1024 * 1024).length / line.length)
  })
})
