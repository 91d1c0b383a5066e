import { topicArchive } from '../replay/archive-address.js'
import { archiveReplayTyped, type TypedArchiveReplay } from './archive-replay-run.js'

/** `evt replay` of what AWS keeps and replays itself.
 * @returns why it does not end well, though what became of it was printed */
export async function replayedByAws(typed: TypedArchiveReplay): Promise<unknown> {
  if (topicArchive(typed.given[0] ?? '') === undefined) return archiveReplayTyped(typed)
  const { topicReplayTyped } = await import('./topic-replay-run.js')
  return topicReplayTyped(typed)
}
