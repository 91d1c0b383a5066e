import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { isRunning } from '../archives/is-running.js'

/** What is made beside a place before it is there: its name goes on with the process. */
export function prefixBeside(place: string, what: 'part' | 'extended'): string {
  return `.${basename(place)}.${what}-`
}

/** The folders of this kind that runs left which were killed. */
export async function leftBeside(place: string, what: 'part' | 'extended'): Promise<string[]> {
  const above = dirname(place)
  const prefix = prefixBeside(place, what)
  const names = await readdir(above).catch((): string[] => [])
  return names.flatMap((name) => {
    const [, pid] = /^(\d+)-/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : '') ?? []
    return pid === undefined || isRunning(Number(pid)) ? [] : [join(above, name)]
  })
}
