import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../helpers/cli.js'
import type { Case } from './case-file.js'
import { makeFiles } from './files.js'
import { NOBODY } from './needs.js'
import type { Outcome } from './outcome.js'
import { shown } from './shown.js'

export interface CaseRun extends Outcome {
  /** What it left in the folder for temporary files. */
  left: string[]
}

/** Where evt runs: folders of its own. */
export interface Stage {
  /** The working directory. */
  work: string
  temp: string
  env: Record<string, string>
  remove(): void
}

export function stage(env: Record<string, string> = {}): Stage {
  const folder = mkdtempSync(join(tmpdir(), 'evt-case-'))
  const below = (name: string) => {
    const path = join(folder, name)
    mkdirSync(path)
    return path
  }
  const [work, temp, bin] = [below('work'), below('tmp'), below('bin')]
  const evt = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/run.js')}' "$@"\n`
  writeFileSync(join(bin, 'evt'), evt, { mode: 0o755 })
  // Another user runs some cases.
  chmodSync(folder, 0o755)
  chmodSync(temp, 0o777)
  return {
    work,
    temp,
    env: { PATH: `${bin}:${process.env['PATH']}`, HOME: folder, TMPDIR: temp, ...env },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** Runs the line of a case as a child process. */
export async function runCase(one: Case): Promise<CaseRun> {
  const at = stage(one.env)
  try {
    await makeFiles(at.work, one.files ?? {})
    const { exit, stdout, stderr } = await runLine(one.line, at, one)
    const plain = (text: string) =>
      varied(text.replaceAll(at.temp, '{tmp}').replaceAll(at.work, '{here}'), one.vary ?? {})
    const found = {
      exit,
      stdout: plain(await shown(stdout, one.stdoutAs)),
      stderr: plain(stderr.toString()),
    }
    const pasted = one.paste ? await paste(commandsIn(found), at, one) : undefined
    return { ...found, pasted, left: readdirSync(at.temp) }
  } finally {
    at.remove()
  }
}

async function runLine(line: string, at: Stage, { needs }: Case) {
  const isOther = needs === 'another user' && process.getuid?.() === 0
  const child = spawn('/bin/sh', ['-c', line], {
    cwd: at.work,
    env: at.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(isOther ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { exit, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) }
}

/** The commands of the line `next` and of the lines below an error. */
function commandsIn({ stdout, stderr }: { stdout: string; stderr: string }): string[] {
  const next = /^next {2}([\s\S]*)/m.exec(stdout)?.[1] ?? ''
  const below = [...stderr.matchAll(/^ {5}(?:.*\? {2})?(evt .*)$/gm)].map(([, line]) => line)
  const commands = [...next.split(/\n| {6}/), ...below].map((text) => text?.trim() ?? '')
  return commands.filter((command) => command !== '')
}

async function paste(commands: readonly string[], at: Stage, one: Case) {
  const exits: Record<string, number | null> = {}
  for (const command of commands) exits[command] = (await runLine(command, at, one)).exit
  return exits
}

function varied(text: string, vary: Record<string, string>): string {
  let same = text
  for (const [pattern, name] of Object.entries(vary)) {
    same = same.replace(new RegExp(pattern, 'gu'), name)
  }
  return same
}
