import { EvtError } from '../errors.js'
import { busArchive } from '../replay/archive-address.js'
import { runArchiveReplay } from '../replay/archive-replay.js'
import { archivePlanText, archiveReplayedText } from '../ui/archive-replay-text.js'
import type { TextStyle } from '../ui/style.js'
import { agree } from './agree.js'
import { awsOptions } from './flags.js'
import { progressFor, uncounted } from './progress.js'
import { timeRange } from './time.js'

/** What EventBridge can be told of a replay that it makes itself. */
const known: readonly string[] = [
  ...['to', 'since', 'until', 'name', 'dry-run', 'yes', 'profile', 'region', 'endpoint-url'],
  ...['output', 'json', 'color', 'quiet', 'verbose', 'tz', 'progress'],
]

export interface TypedArchiveReplay {
  readonly flags: Parameters<typeof awsOptions>[0] &
    Parameters<typeof timeRange>[0] & {
      readonly to?: string | undefined
      readonly name?: string | undefined
      readonly 'dry-run'?: boolean | undefined
      readonly yes?: boolean | undefined
      readonly progress: boolean
      readonly quiet: boolean
    }
  readonly given: readonly string[]
  /** Flags that were typed. */
  readonly typed: readonly string[]
  readonly argv: readonly string[]
  readonly isJson: boolean
  readonly style: TextStyle
  readonly signal: AbortSignal
  note(text: string): void
  print(text: string): void
}

/** `evt replay eventbridge-archive://NAME`, as it was typed.
 * @returns why it does not end well, though what became of it was printed */
export async function archiveReplayTyped(typed: TypedArchiveReplay): Promise<unknown> {
  const { flags, signal, argv, isJson, style, note, print } = typed
  const request = requestOf(typed)
  const progress = await progressFor(flags)
  try {
    const { result, failure } = await runArchiveReplay(request, {
      agree: async (plan) => {
        if (flags['dry-run']) return false
        const rules = plan.rules.map((rule) => rule.name).join(', ')
        await agree({
          ...{ text: archivePlanText(plan, style), question: `replay to ${rules}?`, isJson },
          ...{ undone: 'nothing was replayed', typed: ['replay', ...argv], signal, note },
          isYes: flags.yes === true,
        })
        return true
      },
      onProgress: (part) =>
        progress.update({
          ...uncounted('replaying'),
          told: `${Math.floor(Math.max(0, Math.min(1, part)) * 100)}% of the time`,
        }),
      onNote: note,
    })
    progress.stop()
    if (isJson) print(JSON.stringify(result))
    else print(result.replay ? archiveReplayedText(result, style) : archivePlanText(result, style))
    return failure
  } finally {
    progress.stop()
  }
}

interface Alone {
  /** Flags that go with it. */
  readonly known: readonly string[]
  /** Whether the first SOURCE is such an archive. */
  readonly isFit: boolean
  readonly what: string
}

/** @throws EvtError `usage` for what an archive that AWS replays itself cannot be told */
export function checkAlone(
  { given, typed }: TypedArchiveReplay,
  { known, isFit, what }: Alone,
): void {
  const [source = '', another] = given
  if (!isFit || another !== undefined) {
    throw new EvtError(`${another ?? source} beside ${what}`, {
      ...{ code: 'usage', hint: 'AWS replays one archive at a time: leave the others out' },
    })
  }
  const other = typed.find((name) => !known.includes(name))
  if (other === undefined) return
  throw new EvtError(`--${other} does not go with ${source}, which AWS replays itself`, {
    code: 'usage',
    hint: 'it is chosen by time, and by the patterns of rules and subscriptions',
  })
}

function requestOf(asked: TypedArchiveReplay) {
  const { flags, given, signal } = asked
  const [source = ''] = given
  const archive = busArchive(source)
  checkAlone(asked, { known, isFit: archive !== undefined, what: 'an archive of EventBridge' })
  const rules = (flags.to ?? '').split(',').filter((rule) => rule !== '')
  if (rules.length === 0) {
    throw new EvtError('--to is missing', {
      ...{ code: 'usage', hint: 'name rules of its bus, as in --to orders-to-billing' },
    })
  }
  return {
    ...{
      source,
      archive: archive ?? { name: '', region: undefined },
      rules,
      name: flags.name,
      aws: awsOptions(flags),
      signal,
    },
    ...{ range: timeRange(flags, Date.now()), nowMs: Date.now },
  }
}
