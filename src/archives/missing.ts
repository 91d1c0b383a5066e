import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'

/** The error for a path that is not there, with the near name of the first part that is missing. */
export async function missing(
  path: string,
  cwd: string,
  aliases: readonly string[] = [],
): Promise<EvtError> {
  const near = (await nearPath(path, cwd)) ?? suggest(path.replace(/:.*/s, ':'), aliases)
  return new EvtError(`no such file or folder: ${path}`, {
    code: 'usage',
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  })
}

async function nearPath(path: string, cwd: string): Promise<string | undefined> {
  const names = path.split('/')
  for (let i = 0; i < names.length; i++) {
    const parent = names.slice(0, i).join('/')
    const folder = resolve(cwd, i > 0 && parent === '' ? '/' : parent)
    const there = await readdir(folder).catch((): string[] => [])
    const name = names[i] ?? ''
    if (name === '' || name === '.' || name === '..' || there.includes(name)) continue
    const near = suggest(name, there)
    return near === undefined ? undefined : join(parent === '' && i > 0 ? '/' : parent, near)
  }
  return undefined
}
