import { type Alarms, alarmsOf } from '../../dashboards/cloudwatch/alarms.js'
import { plain, stillUnnamed } from '../../dashboards/cloudwatch/json.js'
import { EvtError } from '../errors.js'
import { noteUnnamed, templateText } from './dashboard-run.js'
import type { watchFormats } from './watch-flags.js'
import { type TypedWatch, type WatchRun, watchAsked } from './watch-run.js'

export interface TypedAlarms extends TypedWatch {
  flags: TypedWatch['flags'] & {
    action?: string[] | undefined
    'ok-action'?: string[] | undefined
    composites: boolean
  }
  print(text: string): void
}

interface AlarmsRun extends WatchRun {
  /** As they are drafted, with what is not known in between. */
  readonly drafts: Alarms
  /** As CloudWatch takes them. */
  readonly alarms: Alarms
}

/** CloudWatch takes no more of a kind. */
const MOST_ACTIONS = 5

export async function alarmsAsked(typed: TypedAlarms): Promise<AlarmsRun> {
  const { flags } = typed
  const { action: actions = [], 'ok-action': okActions = [] } = flags
  if (Math.max(actions.length, okActions.length) > MOST_ACTIONS) {
    const message = `an alarm has ${MOST_ACTIONS} actions of a kind at most`
    throw new EvtError(message, { code: 'usage' })
  }
  const run = await watchAsked(typed)
  const { prefix, runbook, composites } = flags
  const options = { prefix, runbook, composites, actions, okActions }
  const drafts = alarmsOf(run.watched, options)
  return { ...run, drafts, alarms: plain(drafts, run.watched.unnamed, run.region) }
}

/** `evt alarms build`.
 * @throws EvtError where the archive could not be read whole; the result is printed before */
export async function buildAlarms(
  typed: TypedAlarms,
  format: (typeof watchFormats)[number],
): Promise<void> {
  const run = await alarmsAsked(typed)
  const { watched, drafts, alarms, failure } = run
  if (format === 'cloudwatch') {
    const { metric, composite } = alarms
    typed.print(JSON.stringify({ schema: 'evt.alarms/1', metric, composite }, null, 2))
    noteUnnamed(stillUnnamed(drafts, watched.unnamed), typed.note)
  } else {
    typed.print(await templateText(format, { pages: [], alarms: drafts }, watched.unnamed))
  }
  if (failure) throw failure
}
