import type { Against } from '../dlq/overtaken.js'
import type { FoundQueue } from '../dlq/queue.js'
import type { DlqRequest } from '../dlq/request.js'
import { type DlqRun, empty, runDlq } from '../dlq/run.js'
import { withhold } from '../privacy/withhold.js'
import { lookPlanText } from '../ui/dlq-text.js'
import type { TextStyle } from '../ui/style.js'
import { agree } from './agree.js'
import { awsOptions } from './flags.js'
import { memoryBytes } from './memory-size.js'
import { largeText, reading, type TypedArchive } from './read-request.js'

interface TypedDlq extends TypedArchive {
  readonly flags: TypedArchive['flags'] & {
    readonly yes?: boolean | undefined
    readonly limit: number
    readonly against?: string | undefined
    readonly to?: string | undefined
    readonly delete?: boolean | undefined
    readonly 'memory-limit': string
  }
  readonly argv: readonly string[]
  readonly isJson: boolean
  readonly style: TextStyle
  note(text: string): void
}

/** `evt dlq`, as it was typed. */
export async function dlqTyped(typed: TypedDlq): Promise<DlqRun> {
  const { against, 'memory-limit': memory } = typed.flags
  if (against === undefined) return runDlq(requestOf(typed, undefined), agreeing(typed))
  return reading({ ...typed, given: [against] }, (read) => {
    const other = { ...read, memoryLimitBytes: memoryBytes(memory) }
    return runDlq(requestOf(typed, other), agreeing(typed))
  })
}

function requestOf(typed: TypedDlq, against: Against | undefined): DlqRequest {
  const { flags, given, choose, lineWith, signal, note } = typed
  return {
    ...{ given, choose, lineWith, signal, against, config: flags.config, maps: flags.map ?? [] },
    ...{ aws: awsOptions(flags), cwd: process.cwd(), env: process.env, nowMs: Date.now },
    ...{ limit: flags.limit, to: flags.to, isDeleting: flags.delete === true, onNote: note },
    withhold,
    onLarge: (large) => note(largeText(large)),
  }
}

function agreeing(typed: TypedDlq): (found: FoundQueue) => Promise<void> {
  const { flags, argv, isJson, style, signal, note } = typed
  return async (found) => {
    const { visible, inFlight, delayed } = found.facts
    // SQS counts about: who says yes has it looked at all the same.
    if (!flags.yes && visible + inFlight + delayed === 0) throw empty(found)
    const then = { to: flags.to, isDeleting: flags.delete === true, limit: flags.limit }
    await agree({
      ...{ text: lookPlanText(found, then, style), signal, note, isJson },
      question: flags.delete ? 'look, record and delete them?' : 'look at them?',
      ...{ undone: 'nothing was received', typed: ['dlq', ...argv], isYes: flags.yes === true },
    })
  }
}
