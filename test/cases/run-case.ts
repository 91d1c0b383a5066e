import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../helpers/cli.js'
import type { Case } from './case-file.js'
import { makeFiles } from './files.js'
import type { Outcome } from './outcome.js'
import { shown } from './shown.js'

const NOBODY = 65534

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
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** Runs the line of a case as a child process. */
export async function runCase(one: Case): Promise<CaseRun> {
  const at = stage(one.env)
  try {
    return await runAt(at, one)
  } finally {
    at.remove()
  }
}

async function runAt(at: Stage, one: Case): Promise<CaseRun> {
  await makeFiles(at.work, one.files ?? {})
  const isOther = one.needs === 'another user' && process.getuid?.() === 0
  const child = spawn('/bin/sh', ['-c', one.line], {
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
  const plain = (text: string) => varied(text.replaceAll(at.temp, '{tmp}').replaceAll(at.work, '{here}'), one.vary ?? {})
  return {
    exit,
    stdout: plain(await shown(Buffer.concat(stdout), one.stdoutAs)),
    stderr: plain(Buffer.concat(stderr).toString()),
    left: readdirSync(at.temp),
  }
}

function varied(text: string, vary: Record<string, string>): string {
  let same = text
  for (const [pattern, name] of Object.entries(vary)) {
    same = same.replace(new RegExp(pattern, 'gu'), name)
  }
  return same
}
