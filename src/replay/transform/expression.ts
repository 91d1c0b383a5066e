import type { Expression } from 'jsonata'
import { EvtError } from '../../errors.js'
import type { JsonValue } from '../../event/event.js'
import { jsonText } from '../../event/json.js'
import { BoundedRegExp } from './bounded-reg-exp.js'

/** What an expression may take, whatever the event says: JSONata itself has no bounds. */
const bounds = { timeout: 1_000, stack: 500, sequence: 100_000 }
const RegexEngine = BoundedRegExp as unknown as RegExpConstructor // called with new alone
const limits = { ...bounds, RegexEngine }

/** An expression of JSONata on its way from one payload to another. */
export class Upcast {
  private constructor(
    private readonly expression: Expression,
    private readonly nowMs: () => number,
  ) {}

  /** @throws EvtError `usage` where it is none, told with the place */
  static async of(text: string, where: string, nowMs: () => number): Promise<Upcast> {
    const { default: jsonata } = await import('jsonata')
    try {
      const upcast = new Upcast(jsonata(text, limits), nowMs)
      upcast.makeRepeatable()
      return upcast
    } catch (error) {
      const { message, position } = told(error)
      const at = position === undefined ? '' : ` at character ${position}`
      throw new EvtError(`${where}: upcast is no expression of JSONata${at}: ${message}`, {
        ...{ code: 'usage', cause: error },
      })
    }
  }

  /** @returns the text of what it gives, or why it gives nothing, as a sentence goes on */
  async text(payload: JsonValue): Promise<{ json: string } | { fault: string }> {
    try {
      const value: unknown = await this.expression.evaluate(payload)
      if (value === undefined) return { fault: 'gives nothing' }
      if (typeof value === 'function') return { fault: 'gives a function' }
      return { json: jsonText(value as JsonValue) } // JSONata makes what JSON has
    } catch (error) {
      return { fault: `fails: ${withoutValues(told(error).message)}` }
    }
  }

  /** The plan, and who goes on, come to the same. */
  private makeRepeatable(): void {
    const { expression, nowMs } = this
    expression.registerFunction('millis', nowMs, '<:n>')
    expression.registerFunction('now', () => new Date(nowMs()).toISOString(), '<:s>')
    for (const name of ['random', 'shuffle']) {
      expression.registerFunction(name, () => {
        throw new Error(`$${name} is not the same a second time`)
      })
    }
  }
}

/** JSONata throws objects that are no errors. */
function told(error: unknown): { message: string; position: number | undefined } {
  const { message, position }: { message?: unknown; position?: unknown } = Object(error)
  return {
    message: String(message ?? error),
    position: typeof position === 'number' ? position : undefined,
  }
}

/** What is counted by reason says nothing of one event. */
function withoutValues(message: string): string {
  return message.replace(/"(?:[^"\\]|\\.)*"|\d+/g, '…')
}
