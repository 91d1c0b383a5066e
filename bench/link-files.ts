import { copyFileSync, linkSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** The files under new names, so many times; links take no room. */
export function linkFiles(from: string, to: string, times: number): void {
  rmSync(to, { recursive: true, force: true })
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    if (name === 'evt.yaml') copyFileSync(join(from, name), join(to, name))
    if (!name.startsWith('part-')) continue
    for (let n = 0; n < times; n++) linkSync(join(from, name), join(to, `${n}-${name}`))
  }
}
