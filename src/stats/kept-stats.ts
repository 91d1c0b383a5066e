import { keepAnswer, keptAnswer } from '../archive-index/answers.js'
import { type ArchiveStats, archiveStats, type StatsOptions } from './stats.js'

/** What is kept with an index: all of it is JSON. */
type Kept = Pick<ArchiveStats, 'result' | 'timeline' | 'objectFaults'>

/** The figures of an archive: where it has an index and they were measured before, as they were
 * kept with it. */
export async function keptOrMeasured(options: StatsOptions): Promise<ArchiveStats> {
  const { index, signal } = options
  const question = questionOf(options)
  if (!index || !question) return archiveStats(options)
  const kept = await keptAnswer(index, question)
  // What is in the file evt wrote, for this state of the index.
  if (kept !== null) return { ...(kept as Kept), intervals: undefined }
  const { result, timeline, objectFaults, ...rest } = await archiveStats(options)
  // Where nothing is selected, it is told what there was to select.
  if (!signal.aborted && result.total.events > 0) {
    await keepAnswer(index, question, { result, timeline, objectFaults } satisfies Kept)
  }
  return { result, timeline, objectFaults, ...rest }
}

/** All that the figures depend on; null where more is wanted than is kept. */
function questionOf(options: StatsOptions): object | null {
  const { sources, selection, by, windowUs, content, hops, intervals, explain, labelOf } = options
  const { sinceUs, untilUs, types, sample, filter } = selection
  if (hops || labelOf || intervals || explain || filter) return null
  const chosen = { sinceUs, untilUs, types, sample }
  return { asked: 'evt.stats/1', sources, chosen, by, windowUs, content }
}
