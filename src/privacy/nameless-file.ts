import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { IDENTIFIER } from './subject.js'

/** The files that an absolute path may mean in which identifiers were taken out. */
export async function filesLike(path: string): Promise<string[]> {
  let found = ['/']
  for (const step of path.split('/').filter((one) => one !== '')) {
    const steps = found.map(async (folder) => {
      if (!step.includes(IDENTIFIER)) return [join(folder, step)]
      const names = await readdir(folder).catch((): string[] => [])
      return names.filter((name) => isLike(name, step)).map((name) => join(folder, name))
    })
    found = (await Promise.all(steps)).flat()
  }
  return found
}

/** Whether a name may be this one, in which identifiers were taken out. */
export function isLike(name: string, step: string): boolean {
  const parts = step.split(IDENTIFIER)
  if (parts.length === 1) return name === step
  const [first = '', last = ''] = [parts[0], parts.at(-1)]
  let at = first.length
  const isBetween = parts.slice(1, -1).every((part) => {
    const found = name.indexOf(part, at)
    at = found + part.length
    return found >= 0
  })
  const isAround = name.startsWith(first) && name.endsWith(last)
  return isAround && isBetween && name.length > at + last.length
}
