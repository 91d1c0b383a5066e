import type { ArchiveObject, Format } from '../../archives/object.js'
import { isFault, readable, stopReading } from '../../archives/readable.js'
import { sniff } from '../../archives/sniff.js'
import { isHistograms, mixed } from '../../reading/mixed.js'

/**
 * Whether the objects are histogram logs or percentile tables: the first that is not empty tells.
 * Of archives no more than that one is looked at; a log among them is found when its turn comes.
 *
 * @throws EvtError `usage` where something else follows a log
 */
export async function areHistogramLogs(
  objects: readonly ArchiveObject[],
  signal: AbortSignal,
): Promise<boolean> {
  const stop = () => {
    for (const object of objects) stopReading(object)
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  try {
    let first: { path: string; format: Format } | undefined
    for (const object of objects) {
      const held = await readable(object)
      if (isFault(held)) continue
      const { format } = await sniff(held.object).finally(held.release)
      if (format === 'empty') continue
      if (isHistograms(format)) first ??= { path: object.path, format }
      else if (first === undefined) return false
      else throw mixed(first)
    }
    return first !== undefined
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
