import type { ArchiveObject } from '../archives/object.js'

/** How far reading has come; `bytesTotal` is null where a stream is among the objects. */
export interface ReadState {
  label: string
  bytesDone: number
  bytesTotal: number | null
  records: number
  objectsDone: number
  objectsTotal: number | null
}

interface Watched {
  /** The SOURCEs as typed. */
  given: readonly string[]
  onProgress(state: ReadState): void
}

/** Tells how far a run has come in the words of what was typed. */
export function progressOf(objects: readonly ArchiveObject[], { onProgress, given }: Watched) {
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
