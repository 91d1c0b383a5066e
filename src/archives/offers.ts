import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config/config.js'

/** Something that can be read here, for who did not say what to read. */
export interface Offer {
  /** As it is typed. */
  source: string
  kind: 'alias' | 'folder' | 'file'
  /** Of a file. */
  sizeBytes?: number
  /** Of an alias. */
  address?: string
  /** What reading it does to others (DESIGN §5). */
  safety: 'observe'
}

const MAX_OFFERED = 50
const readable = /\.(nd)?jsonl?(\.(gz|zstd?))?$|\.(avro|parquet)$/

/** The aliases of evt.yaml, then the folders and files in `cwd`, each by name. */
export async function offersIn(cwd: string, config: Config): Promise<Offer[]> {
  return [...aliases(config), ...(await entries(cwd))].slice(0, MAX_OFFERED)
}

/** Addresses of AWS are not read so far. */
function aliases({ archives = {} }: Config): Offer[] {
  return Object.entries(archives)
    .filter(([, address]) => !/^[a-z][a-z0-9+.-]*:/i.test(address))
    .map(([name, address]) => ({ source: `${name}:`, kind: 'alias', address, safety: 'observe' }))
}

async function entries(cwd: string): Promise<Offer[]> {
  const found = await readdir(cwd, { withFileTypes: true }).catch(() => [])
  const named = found.filter(
    (entry) =>
      /^\w[^'\p{C}]*$/u.test(entry.name) &&
      !/^_|^node_modules$/.test(entry.name) &&
      (entry.isDirectory() || readable.test(entry.name)),
  )
  const offers = named.map(async (entry): Promise<Offer> => {
    const { name } = entry
    if (entry.isDirectory()) return { source: `${name}/`, kind: 'folder', safety: 'observe' }
    const size = await stat(join(cwd, name)).catch(() => null)
    const sizeBytes = size ? { sizeBytes: size.size } : {}
    return { source: name, kind: 'file', safety: 'observe', ...sizeBytes }
  })
  const listed = await Promise.all(offers)
  return listed.sort((a, b) => (a.source < b.source ? -1 : 1))
}
