import type { ArchiveObject } from '../../archives/object.js'
import { sniff } from '../../archives/sniff.js'
import { mixed } from '../../reading/mixed.js'

/**
 * Whether the objects are histogram logs: the first that is not empty tells. Of archives no more
 * than that one is looked at; a log among them is found when its turn comes.
 *
 * @throws EvtError `usage` where something else follows a log
 */
export async function areHistogramLogs(
  objects: readonly ArchiveObject[],
  signal: AbortSignal,
): Promise<boolean> {
  const stop = () => {
    for (const object of objects) if (object.kind === 'stream') object.stream.stop()
  }
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  try {
    let log: string | undefined
    for (const object of objects) {
      const { format } = await sniff(object)
      if (format === 'empty') continue
      if (format === 'hlog') log ??= object.path
      else if (log === undefined) return false
      else throw mixed(log)
    }
    return log !== undefined
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
