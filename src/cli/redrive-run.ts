import { type RedriveRun, runRedrive } from '../dlq/redrive.js'
import type { RedriveResult } from '../dlq/redrive-result.js'
import { withhold } from '../privacy/withhold.js'
import type { GivenSources } from '../reading/named-sources.js'
import { redrivePlanText } from '../ui/redrive-text.js'
import type { TextStyle } from '../ui/style.js'
import { agree } from './agree.js'
import { awsOptions } from './flags.js'
import { progressFor, uncounted } from './progress.js'

interface TypedRedrive extends Pick<GivenSources, 'given' | 'choose' | 'lineWith'> {
  readonly flags: Parameters<typeof awsOptions>[0] & {
    readonly to?: string | undefined
    readonly 'dry-run'?: boolean | undefined
    readonly yes?: boolean | undefined
    readonly rate?: number | undefined
    readonly journal?: string | undefined
    readonly config?: string | undefined
    readonly progress: boolean
    readonly quiet: boolean
  }
  readonly signal: AbortSignal
  readonly argv: readonly string[]
  readonly isJson: boolean
  readonly style: TextStyle
  note(text: string): void
}

/** `evt dlq redrive`, as it was typed. */
export async function redriveTyped(typed: TypedRedrive): Promise<RedriveRun> {
  const { flags, given, choose, lineWith, signal, note, argv, isJson, style } = typed
  const progress = await progressFor(flags)
  const request = {
    ...{ given, choose, lineWith, signal, config: flags.config, aws: awsOptions(flags) },
    ...{ cwd: process.cwd(), env: process.env, nowMs: Date.now, onNote: note },
    ...{ to: flags.to, perSecond: flags.rate ?? null, journal: flags.journal },
  }
  try {
    return await runRedrive(request, {
      agree: async (plan: RedriveResult) => {
        if (flags['dry-run']) return false
        await agree({
          ...{ text: redrivePlanText(plan, style), question: `move them ${toText(plan)}?` },
          ...{ undone: 'nothing was moved', typed: ['dlq', 'redrive', ...argv], isJson },
          ...{ isYes: flags.yes === true, signal, note },
        })
        return true
      },
      withhold,
      onProgress: ({ moved, of }) =>
        progress.update({
          ...uncounted('moving'),
          told: `${moved} of about ${of ?? '?'} messages`,
        }),
    })
  } finally {
    progress.stop()
  }
}

function toText({ to, target }: RedriveResult): string {
  return to === null && target.startsWith('back ') ? target : `to ${target}`
}
