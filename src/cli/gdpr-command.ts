import { EvtError } from '../errors.js'
import { nameless } from '../privacy/nameless.js'
import type { Subject } from '../privacy/subject.js'
import { count } from '../reading/absence.js'
import { BaseCommand } from './base-command.js'

/** A command about somebody, who is not named by what goes wrong: stderr is kept in logs. */
export abstract class GdprCommand extends BaseCommand {
  #subject: Subject = { entities: [], values: [], ignoreCase: true, deep: true }

  /** Whom errors do not name. */
  protected keepOut({ entities = [], values = [] }: Partial<Subject>): void {
    this.#subject = { entities, values, ignoreCase: true, deep: true }
  }

  /** Who answers for it has to know, although something was found. */
  protected noteUnread(undecodable: number, flags: { readonly quiet: boolean }): void {
    if (undecodable === 0) return
    const which = undecodable === 1 ? 'it was' : 'they were'
    const what = `${count(undecodable, 'record')} cannot be decoded: ${which} not searched`
    this.note(`! ${what}, and may be about the subject`, flags)
  }

  protected override async catch(error: Error): Promise<never> {
    return super.catch(error instanceof EvtError ? this.#unnamed(error) : this.#cleaned(error))
  }

  /** Of what nobody thought of, which is told all the same. */
  #cleaned(error: Error): Error {
    const { message, stack } = error
    error.message = nameless(message, this.#subject)
    if (stack !== undefined) error.stack = nameless(stack, this.#subject)
    return error
  }

  #unnamed(error: EvtError): EvtError {
    const clean = (text: string) => nameless(text, this.#subject)
    const { code, hint } = error
    const cause = causeOf(error.cause, clean)
    return new EvtError(clean(error.message), {
      code,
      ...(hint !== undefined && { hint: clean(hint) }),
      ...(cause !== undefined && { cause }),
    })
  }
}

/** What --verbose tells. */
function causeOf(cause: unknown, clean: (text: string) => string): Error | undefined {
  if (cause === undefined) return undefined
  const text = clean(cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
  const named = new Error(text.split('\n')[0])
  named.stack = text
  return named
}
