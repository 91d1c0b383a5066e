import { EvtError } from '../errors.js'
import { topicArchive } from '../replay/archive-address.js'
import { runTopicReplay } from '../replay/topic-replay.js'
import { topicPlanText, topicReplayedText } from '../ui/topic-replay-text.js'
import { agree } from './agree.js'
import { checkAlone, type TypedArchiveReplay } from './archive-replay-run.js'
import { awsOptions } from './flags.js'
import { progressFor, uncounted } from './progress.js'
import { timeRange } from './time.js'

/** What SNS can be told of a replay that it makes itself. */
const known: readonly string[] = [
  ...['to', 'since', 'dry-run', 'yes', 'profile', 'region', 'endpoint-url'],
  ...['output', 'json', 'color', 'quiet', 'verbose', 'tz', 'progress'],
]

/** `evt replay sns-archive://TOPIC`, as it was typed.
 * @returns why it does not end well, though what became of it was printed */
export async function topicReplayTyped(typed: TypedArchiveReplay): Promise<unknown> {
  const { flags, signal, argv, isJson, style, note, print } = typed
  const request = requestOf(typed)
  const progress = await progressFor(flags)
  try {
    const { result, failure } = await runTopicReplay(request, {
      agree: async (plan) => {
        if (flags['dry-run']) return false
        await agree({
          ...{ text: topicPlanText(plan, style), isJson },
          question: `replay to ${plan.subscription.endpoint}?`,
          ...{ undone: 'nothing was replayed', typed: ['replay', ...argv], signal, note },
          isYes: flags.yes === true,
        })
        return true
      },
      onStatus: (status) =>
        progress.update({ ...uncounted('replaying'), told: status.toLowerCase() }),
      onNote: note,
    })
    progress.stop()
    const { replay } = result
    if (isJson) print(JSON.stringify(result))
    else
      print(replay ? topicReplayedText(result, replay.status, style) : topicPlanText(result, style))
    return failure
  } finally {
    progress.stop()
  }
}

function requestOf(typed: TypedArchiveReplay) {
  const { flags, given, signal } = typed
  const [source = ''] = given
  const topic = topicArchive(source)
  if (flags.until !== undefined) {
    throw new EvtError(`--until does not go with ${source}`, {
      code: 'usage',
      hint: 'a subscription that SNS replays to an end gets nothing more after it',
    })
  }
  checkAlone(typed, { known, isFit: topic !== undefined, what: 'the archive of a topic' })
  const { sinceUs } = timeRange(flags, Date.now())
  const { to = '' } = flags
  if (to === '' || sinceUs === null) {
    throw new EvtError(`${to === '' ? '--to' : '--since'} is missing`, {
      code: 'usage',
      hint: 'name one of its subscriptions, and a time, as in --to sqs://orders.fifo --since 1h',
    })
  }
  return { source, topic: topic ?? '', to, sinceUs, aws: awsOptions(flags), signal }
}
