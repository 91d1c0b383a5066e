import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'

// The built evt measures what comes while it runs.

const line = (n: number) => `${JSON.stringify({ id: `e-${n}`, type: 'order.placed' })}\n`
const mapped = ['--map', 'id=$.id', '--map', 'type=$.type', '-o', 'json']

let at: Stage
beforeEach(() => {
  at = stage()
})
afterEach(() => at.remove())

function start(args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
  const stdio: ['ignore' | 'pipe', 'pipe', 'pipe'] = [stdin, 'pipe', 'pipe']
  return spawn('evt', ['stats', ...args, ...mapped], { cwd: at.work, env: at.env, stdio })
}

async function ending(child: ChildProcess) {
  let stdout = ''
  child.stdout?.on('data', (chunk) => {
    stdout += chunk
  })
  const [exit] = await once(child, 'close')
  return { exit, result: JSON.parse(stdout) }
}

test('a file for a while: what is added, and nothing that was there', async () => {
  const file = join(at.work, 'a.log')
  writeFileSync(file, line(1))
  const child = start(['a.log', '--duration', '3s'])
  const end = ending(child)
  await once(child.stderr ?? child, 'data')
  let n = 1
  const timer = setInterval(() => appendFileSync(file, line(++n)), 100)
  const { exit, result } = await end
  clearInterval(timer)
  expect({ exit, partial: result.partial }).toEqual({ exit: 0, partial: false })
  expect(result.total.events).toBeGreaterThan(0)
  expect(result.total.events).toBeLessThan(n)
  expect(result.types).toMatchObject([{ type: 'order.placed', source: '' }])
})

test('Ctrl-C prints what came until then', async () => {
  const child = start(['-', '--duration', '60s'], 'pipe')
  const end = ending(child)
  child.stdin?.write(line(1) + line(2) + line(2))
  await once(child.stderr ?? child, 'data')
  await new Promise((resolve) => setTimeout(resolve, 1_500))
  child.kill('SIGINT')
  const { exit, result } = await end
  expect({ exit, partial: result.partial }).toEqual({ exit: 130, partial: true })
  expect(result.total).toMatchObject({ events: 3, distinct: 2 })
})
