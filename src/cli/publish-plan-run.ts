import { EvtError } from '../errors.js'
import { agreed, endChanged, type Planned, type PublishPlan, planText } from './published-plan.js'

/** What was typed by who changes an account, or asks how it differs. */
export interface TypedPlan {
  readonly flags: { readonly yes?: boolean; readonly 'dry-run'?: boolean }
  readonly argv: readonly string[]
  readonly isJson: boolean
  readonly signal: AbortSignal
  print(text: string): void
  note(text: string): void
}

/** What is there against what is wanted. */
export interface ComparedPlan {
  readonly plan: PublishPlan
  /** Why the archive that it is made of could not be read whole. */
  readonly failure: EvtError | undefined
}

interface Publishing {
  readonly what: 'dashboard' | 'alarm'
  /** The command, word by word. */
  readonly words: readonly string[]
  /** Why nothing is to be published, and what to do then. */
  refusal(items: readonly Planned[]): { message: string; hint: string } | undefined
  put(names: ReadonlySet<string>): Promise<void>
}

function shown(plan: PublishPlan, what: Publishing['what'], isJson: boolean): string {
  return isJson ? JSON.stringify(plan) : planText(plan, what)
}

/** Says what differs.
 * @throws EvtError `gate` where something does, and that was asked about */
export function diffPlan(
  { plan, failure }: ComparedPlan,
  { print, isJson }: TypedPlan,
  { what, failOnChanged }: { what: Publishing['what']; failOnChanged: boolean },
): void {
  print(shown(plan, what, isJson))
  if (failure) throw failure
  endChanged(plan, failOnChanged)
}

/** Says what changes, asks, and does it.
 * @throws EvtError where nothing is to be published */
export async function publishPlan(
  { plan, failure }: ComparedPlan,
  typed: TypedPlan,
  { what, words, refusal, put }: Publishing,
): Promise<void> {
  const { flags, isJson, print, note } = typed
  const wanted = plan.items.filter(({ state }) => state !== 'same')
  if (flags['dry-run'] === true || wanted.length === 0) {
    print(shown(plan, what, isJson))
    if (failure) throw failure
    return
  }
  if (failure) throw failure
  const refused = refusal(plan.items)
  if (refused) {
    note(planText(plan, what))
    const { message, hint } = refused
    throw new EvtError(`nothing was published: ${message}`, { code: 'usage', hint })
  }
  await agreed(planText(plan, what), { ...typed, flags: { yes: flags.yes === true }, words })
  await put(new Set(wanted.map(({ name }) => name)))
  print(shown({ ...plan, published: true }, what, isJson))
}
