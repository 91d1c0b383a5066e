import { createContext, Script } from 'node:vm'

const LONGEST_MS = 1_000

const context = createContext({ run: undefined })
const script = new Script('run()')

/** A regular expression that gives up: some take longer than anybody lives on a text of 40
 * characters, in which time nothing else runs, not even what Ctrl-C asks for. */
export class BoundedRegExp extends RegExp {
  override exec(text: string): RegExpExecArray | null {
    context['run'] = () => super.exec(text)
    try {
      return script.runInContext(context, { timeout: LONGEST_MS })
    } catch (cause) {
      if (Object(cause).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw cause
      throw new SlowRegExp(`the regular expression /${this.source}/ takes too long`, { cause })
    } finally {
      context['run'] = undefined
    }
  }
}

export class SlowRegExp extends Error {}
