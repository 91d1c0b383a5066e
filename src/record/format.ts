import { rm } from 'node:fs/promises'
import { type CheckpointLine, recordingLine } from '../envelopes/recording.js'
import { parseJson } from '../event/json.js'
import type { Decode } from './parquet-part.js'
import type { Format, Store } from './store.js'

/** What a part says at its end: how to go on, and positions of what its sources may give again. */
interface PartEnd {
  checkpoint: CheckpointLine | undefined
  positions: Set<string>
}

/**
 * The file that is put in place for a part, whose lines are on the disk.
 *
 * @param lines the part as it grew, which stays
 */
export async function fileOf(format: Format, lines: string, decode: Decode): Promise<string> {
  if (format === 'ndjson') return lines
  const { writeParquet } = await import('./parquet-part.js')
  const file = lines.replace(/\.part$/, '.parquet.part')
  await rm(file, { force: true })
  await writeParquet(lines, file, decode)
  return file
}

/** @param wantsPositions of what is to be acknowledged */
export async function partEnd(
  store: Store,
  name: string,
  wantsPositions: boolean,
): Promise<PartEnd> {
  const positions = new Set<string>()
  const keep = (text: string) => {
    const found = recordingLine(parseJson(text))
    if (found?.is === 'record' && found.line.held) positions.add(found.line.at[0])
  }
  let last = ''
  if (name.endsWith('.parquet')) {
    const { readParquetPart } = await import('./parquet-part.js')
    last = await readParquetPart(store, name, wantsPositions ? keep : undefined)
  } else {
    const { partLines } = await import('./part.js')
    for await (const line of partLines(await store.part(name))) {
      if (wantsPositions) keep(line)
      last = line
    }
  }
  const found = recordingLine(parseJson(last))
  return { checkpoint: found?.is === 'checkpoint' ? found.line : undefined, positions }
}
