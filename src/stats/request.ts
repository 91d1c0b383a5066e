import type { ArchiveObject } from '../archives/object.js'
import type { HistogramPaths } from './histogram-files.js'
import type { HlogUnit } from './hlog/result.js'
import type { GivenSources } from './named-sources.js'
import type { OutsidePlaces } from './outside.js'

interface StatsChoices extends HistogramPaths {
  by: 'type' | 'source'
  windowUs: number | null
  /** Globs; none: all types. */
  types: readonly string[]
  sample: number | null
  content: boolean | 'auto'
  hops?: boolean | undefined
  memoryLimitBytes: number
  allowPartial: boolean
  /** Of histogram logs that do not say. */
  unit?: HlogUnit | undefined
}

export interface StatsRequest extends GivenSources, OutsidePlaces {
  maps: readonly string[]
  presets: readonly string[] | undefined
  choices: StatsChoices
  range: { sinceUs: number | null; untilUs: number | null }
  signal: AbortSignal
  onProgress(state: ReadState): void
  /** Called with what --verbose tells of one archive, which may be nothing; absent without it. */
  explain?: ((lines: readonly string[]) => void) | undefined
}

/** How far reading has come; `bytesTotal` is null where a stream is among the objects. */
export interface ReadState {
  label: string
  bytesDone: number
  bytesTotal: number | null
  records: number
  objectsDone: number
  objectsTotal: number | null
}

/** Tells how far a run has come in the words of what was typed. */
export function progressOf(objects: readonly ArchiveObject[], { onProgress, given }: StatsRequest) {
  let bytesTotal: number | null = 0
  for (const object of objects) {
    if (object.kind === 'stream') bytesTotal = null
    else if (bytesTotal !== null) bytesTotal += object.sizeBytes
  }
  const label = `reading ${given.join(' ')}`.trim()
  return (done: { bytes: number; objects: number; records: number }) =>
    onProgress({
      label,
      bytesDone: done.bytes,
      bytesTotal,
      records: done.records,
      objectsDone: done.objects,
      objectsTotal: objects.length,
    })
}
