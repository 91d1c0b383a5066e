import { join } from 'node:path'
import { freshnessOf, type OpenIndex } from '../../src/archive-index/open-index.js'
import type { ArchiveObject } from '../../src/archives/object.js'
import { resolveSources } from '../../src/archives/source.js'
import type { ResultValue, Statement } from '../../src/engines/engine.js'
import { jsonText, parseJson } from '../../src/event/json.js'
import type { Mapping } from '../../src/event/mapping.js'
import { buildIndex } from '../../src/indexing/build.js'
import { askArchive } from '../../src/questions/asked-archive.js'
import type { Chosen } from '../../src/questions/chosen.js'

const never = new AbortController().signal

export interface Question {
  statement: Statement
  chosen?: Partial<Chosen>
}

/** What is asked: objects, and what an index knows of them. */
export interface Asked {
  objects: readonly ArchiveObject[]
  index?: OpenIndex | undefined
  mapping: Mapping
  sqlFromBytes?: number
  signal?: AbortSignal
}

/** All that is answered, with documents as the decoder writes them. */
export async function answerOf({ statement, chosen }: Question, asked: Asked) {
  const { objects, index, mapping, sqlFromBytes, signal = never } = asked
  return askArchive(
    statement,
    {
      archive: { objects, mapping, outside: {}, index },
      presets: undefined,
      documentsAsJson: true,
      chosen: { sinceUs: null, untilUs: null, ...chosen },
      ...{ memoryLimitBytes: 2e9, threads: 1, sqlFromBytes },
      ...{ signal, onProgress: () => {} },
    },
    async ({ rows, searched }) => {
      const found: ResultValue[][] = []
      for await (const chunk of rows.chunks) found.push(...chunk.map((row) => [...row]))
      for (const [at, { name }] of rows.columns.entries()) {
        if (name !== 'document' && name !== 'payload') continue
        for (const row of found) row[at] = plain(row[at])
      }
      return { columns: rows.columns, found, searched }
    },
  )
}

function plain(text: ResultValue | undefined): ResultValue {
  return typeof text === 'string' ? jsonText(parseJson(text)) : null
}

/** `archive/` in a folder, and the index beside it. */
export interface Small {
  folder: string
  mapping: Mapping
  buildFromBytes?: number
  /** Of the build. */
  signal?: AbortSignal
}

export async function objectsIn({ folder }: Small): Promise<readonly ArchiveObject[]> {
  const { objects } = await resolveSources(['archive'], { aliases: {}, cwd: folder })
  return objects
}

export async function build(
  { folder, mapping, buildFromBytes, signal = never }: Small,
  objects: readonly ArchiveObject[],
) {
  return buildIndex({
    ...{ folder: join(folder, 'archive.evt-index'), sources: [], objects },
    reading: { version: '1', mapping, presets: undefined },
    ...{ memoryLimitBytes: 2e9, threads: 1, sqlFromBytes: buildFromBytes },
    ...{ signal, onProgress: () => {} },
  })
}

/** What the index is, and what of it can be used. */
export async function opened(
  { folder, mapping }: Small,
  objects: readonly ArchiveObject[],
): Promise<{ state: string; index: OpenIndex | undefined }> {
  const env = { XDG_CACHE_HOME: join(folder, 'cache') }
  const owner = { sources: ['archive'], cwd: folder, env }
  const reading = { version: '1', mapping, presets: undefined }
  const found = await freshnessOf(owner, reading, objects)
  return { state: found.state, index: 'index' in found ? found.index : undefined }
}
