import { type FileHandle, open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { ArchiveObject } from '../archives/object.js'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'

/** A file that appears whole or not at all. */
export interface OutputFile {
  /** @throws EvtError `outside` where that fails; what was there before is there then */
  write(text: string): Promise<void>
}

interface Target {
  flag: string
  path: string
  cwd: string
  /** What is read: none of it may be written over. */
  objects: readonly ArchiveObject[]
}

/**
 * Makes sure that a file can be written, before anything long runs. A file that is there will be
 * replaced; devices and pipes are written to as they are.
 *
 * @throws EvtError `usage` where it cannot be written
 */
export async function outputFile(target: Target): Promise<OutputFile> {
  const { flag, path, cwd, objects } = target
  if (path === '' || path === '-') {
    const hint = `write ${flag} run.${flag.slice(2)}`
    throw new EvtError(`${flag} takes the name of a file`, { code: 'usage', hint })
  }
  const given = resolve(cwd, path)
  // Through a link, so that it stays one.
  const file = await realpath(given).catch(() => given)
  if (objects.some((object) => object.kind === 'file' && object.file === file)) {
    throw new EvtError(`${flag} ${path} is one of the files that are read`, { code: 'usage' })
  }
  const there = await stat(file).catch(() => undefined)
  if (there?.isDirectory()) throw refused(target, 'it is a folder')
  if (there && !there.isFile()) return { write: (text) => failing(target, writeFile(file, text)) }
  const temporary = join(dirname(file), `.${basename(file)}.evt-${process.pid}`)
  await tried(target, temporary)
  const mode = there && there.mode & 0o777
  return { write: (text) => failing(target, replace(file, temporary, text, mode)) }
}

async function tried(target: Target, temporary: string): Promise<void> {
  try {
    await (await open(temporary, 'wx')).close()
    await rm(temporary)
  } catch (cause) {
    throw refused(target, reasons[codeOf(cause) ?? ''] ?? messageOf(cause), cause)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'what should be its folder is a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'no space left',
  ENAMETOOLONG: 'the name is too long',
}

function refused({ flag, path }: Target, reason: string, cause?: unknown): EvtError {
  return new EvtError(`cannot write ${flag} ${path}: ${reason}`, { code: 'usage', cause })
}

async function replace(file: string, temporary: string, text: string, mode: number | undefined) {
  let handle: FileHandle | undefined
  try {
    handle = await open(temporary, 'wx')
    await handle.writeFile(text)
    if (mode !== undefined) await handle.chmod(mode)
    await handle.close()
    await rename(temporary, file)
  } catch (error) {
    await handle?.close().catch(() => undefined)
    if (handle) await rm(temporary, { force: true })
    throw error
  }
}

async function failing({ flag, path }: Target, writing: Promise<void>): Promise<void> {
  try {
    await writing
  } catch (cause) {
    const reason = reasons[codeOf(cause) ?? ''] ?? messageOf(cause)
    throw new EvtError(`cannot write ${flag} ${path}: ${reason}`, { code: 'outside', cause })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? error.message.replace(/^\w+: |, \w+( '.*')?$/g, '')
    : String(error)
}
