import type { Difference } from '../../dashboards/cloudwatch/differences.js'
import type { Unnamed } from '../../dashboards/cloudwatch/names.js'
import { EvtError } from '../errors.js'
import { countText } from '../ui/numbers.js'
import { safeText } from '../ui/safe-text.js'
import { commandText } from '../ui/shell-quote.js'
import { confirmed } from './confirm.js'
import { whyUnasked } from './unasked.js'

/** `edited`: made by evt and changed by hand since. `foreign`: not made by evt. */
type PlannedState = 'new' | 'same' | 'changed' | 'edited' | 'foreign'

/** One dashboard or alarm, and what publishing does to it. */
export interface Planned {
  readonly name: string
  readonly state: PlannedState
  readonly differences: readonly Difference[]
}

/** `evt.dashboards/1` and `evt.alarms/1`: what is published, or would be. */
export interface PublishPlan {
  readonly schema: string
  readonly region: string
  readonly published: boolean
  readonly items: readonly Planned[]
  /** What evt made once under these names and would not make now. */
  readonly stray: readonly string[]
  /** At list price, a month. */
  readonly usdPerMonth: number
}

const signs: Readonly<Record<PlannedState, string>> = {
  ...{ new: '+', same: ' ', changed: '~', edited: '!', foreign: '!' },
}
const words: Readonly<Record<PlannedState, string>> = {
  ...{ new: 'new', same: 'as it is', changed: 'changed' },
  ...{ edited: 'changed by hand', foreign: 'not made by evt' },
}
const MOST_DIFFERENCES = 12
const MOST_CHARACTERS = 60
/** What is shown of a text before it differs. */
const BEFORE = 15

/** For people: what is new, what changes, and how. */
export function planText(plan: PublishPlan, what: 'dashboard' | 'alarm'): string {
  const { items, stray, region, usdPerMonth, published } = plan
  const shown = items.filter(({ state }) => state !== 'same')
  const counts = Object.entries(words).flatMap(([state, word]) => {
    const count = items.filter((each) => each.state === state).length
    return count === 0 ? [] : [`${countText(count)} ${word}`]
  })
  const all = `${countText(items.length)} ${what}${items.length === 1 ? '' : 's'} in ${region}`
  return [
    `${published ? 'published' : 'plan'}: ${all}: ${counts.join(', ')}`,
    `  at list price $${usdPerMonth.toFixed(2)} a month`,
    ...shown.flatMap(itemLines),
    ...stray.map((name) => `? ${safeText(name)}: made by evt once, and no longer asked for`),
  ].join('\n')
}

function itemLines({ name, state, differences }: Planned): string[] {
  const shown = differences.slice(0, MOST_DIFFERENCES)
  const rest = differences.length - shown.length
  return [
    `${signs[state]} ${safeText(name)}: ${words[state]}`,
    ...shown.map(({ path, before, after }) => {
      const [one, other] = [valueText(before), valueText(after)]
      const same = sameStart(one, other)
      return `    ${safeText(path)}: ${shortened(one, same)} → ${shortened(other, same)}`
    }),
    ...(rest > 0 ? [`    ${countText(rest)} more differences`] : []),
  ]
}

function valueText(value: Difference['before']): string {
  return value === undefined ? '(nothing)' : safeText(JSON.stringify(value))
}

/** How much of two texts may be left out because it is the same: of long ones all but a little. */
function sameStart(one: string, other: string): number {
  let same = 0
  while (same < one.length && one[same] === other[same]) same += 1
  return Math.max(one.length, other.length) <= MOST_CHARACTERS ? 0 : Math.max(0, same - BEFORE)
}

function shortened(text: string, from: number): string {
  const rest = from === 0 ? text : `…${text.slice(from)}`
  return rest.length <= MOST_CHARACTERS ? rest : `${rest.slice(0, MOST_CHARACTERS)}…`
}

interface Agreeing {
  readonly flags: { readonly yes: boolean }
  readonly argv: readonly string[]
  readonly words: readonly string[]
  readonly isJson: boolean
  readonly signal: AbortSignal
  note(text: string): void
}

/** Asks whether to publish. @throws EvtError where somebody says no, or nobody can be asked */
export async function agreed(text: string, typed: Agreeing): Promise<void> {
  const { flags, argv, words: command, isJson, signal, note } = typed
  const { stdin, stderr } = process
  if (flags.yes) return
  if (isJson || stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new EvtError(`nothing was published: ${whyUnasked(isJson)}`, {
      ...{ code: 'usage', hint: commandText(['evt', ...command, ...argv, '--yes']) },
    })
  }
  note(text)
  if (await confirmed('publish them?', signal)) return
  throw new EvtError('nothing was published', { code: 'interrupted' })
}

/** @throws EvtError `gate` where something is otherwise, and that was asked about */
export function endChanged({ items }: PublishPlan, isAsked: boolean): void {
  const changed = items.filter(({ state }) => state !== 'same').length
  if (!isAsked || changed === 0) return
  const message = `the gate does not hold: ${changed} of ${items.length} differ`
  throw new EvtError(message, { code: 'gate' })
}

/** @throws EvtError `usage`: nothing is published under a name that nobody has */
export function checkNamed(unnamed: readonly Pick<Unnamed, 'what' | 'kind' | 'logicalId'>[]): void {
  const [first] = unnamed
  if (!first) return
  const one = `${first.kind} ${first.logicalId}`
  const others = unnamed.length === 1 ? '' : ` and ${unnamed.length - 1} more`
  throw new EvtError(`how the ${safeText(one)}${others} is called is not in the templates`, {
    code: 'usage',
    hint: `--name ${safeText(first.logicalId)}=${first.what.toUpperCase()} says it`,
  })
}
