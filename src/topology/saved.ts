import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { TopologyResult } from './model.js'

/** What `evt topology show -o json` wrote; undefined for any other file, and for what is none. */
export async function savedTopology(
  path: string,
  cwd: string,
): Promise<TopologyResult | undefined> {
  if (!path.endsWith('.json')) return undefined
  const text = await readFile(resolve(cwd, path), 'utf8').catch(() => '')
  if (!text.startsWith('{"schema":"evt.topology/1"')) return undefined
  try {
    return JSON.parse(text) as TopologyResult // evt wrote it: its schema says so
  } catch {
    return undefined
  }
}
