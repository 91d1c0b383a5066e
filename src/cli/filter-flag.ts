import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import { parseJson } from '../event/json.js'
import type { TypedPattern } from '../event/pattern.js'

export const filter = Flags.custom<TypedPattern>({
  helpValue: 'PATTERN|@FILE',
  description: 'only events that this event pattern of EventBridge matches: evt help filters',
  parse: async (text: string) => ({ text, ...(await readPattern(text, process.cwd())) }),
})()

/** @throws EvtError `usage` with what is wrong where */
async function readPattern(text: string, cwd: string): Promise<Omit<TypedPattern, 'text'>> {
  const { parsePattern } = await import('../event/pattern.js')
  if (!text.startsWith('@')) return { pattern: parsePattern(text), json: parseJson(text) }
  const file = text.slice(1)
  const content = await readFile(resolve(cwd, file), 'utf8').catch((cause) => {
    const hint = 'evt help filters'
    throw new EvtError(`${file} cannot be read`, { code: 'usage', hint, cause })
  })
  try {
    const written = content.replace(/^\uFEFF/, '')
    return { pattern: parsePattern(written), json: parseJson(written) }
  } catch (cause) {
    if (!(cause instanceof EvtError)) throw cause
    const { hint } = cause
    throw new EvtError(`${file}: ${cause.message}`, { code: 'usage', hint, cause })
  }
}
