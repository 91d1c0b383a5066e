import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'

/** What a stream or a queue held, which `evt replay` has recorded to send it. */
export interface ReplayCopy {
  readonly folder: string
  /** The process that made it, or goes on with it. */
  readonly pid: number
  /** Whether it was recorded to its end: what evt was killed over nobody goes on with. */
  readonly isWhole: boolean
}

const copyName = /^([0-9a-f]{32})\.recorded-(\d+)-[A-Za-z0-9]{6}$/
const noteShape = z.object({ folder: z.string(), pid: z.int().optional() })

/** @param cache evt's folder there */
export async function replayCopies(cache: string): Promise<ReplayCopy[]> {
  const above = join(cache, 'replay')
  // What nobody may look into holds nothing of this user.
  const names = (await readdir(above).catch((): string[] => [])).sort()
  const found = names.map(async (name): Promise<ReplayCopy[]> => {
    const [, line, maker] = copyName.exec(name) ?? []
    if (maker === undefined) return []
    const folder = join(above, name)
    const note = await noteIn(join(above, `${line}.recorded.json`))
    const isWhole = note?.folder === folder
    return [{ folder, isWhole, pid: (isWhole && note.pid) || Number(maker) }]
  })
  return (await Promise.all(found)).flat()
}

async function noteIn(file: string): Promise<z.infer<typeof noteShape> | undefined> {
  try {
    return noteShape.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return undefined
  }
}
