import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EvtError } from '../errors.js'
import { type EventPattern, parsePattern } from '../event/pattern.js'

/**
 * Reads what was typed as `--filter`: an event pattern, or `@` and the file that holds one.
 *
 * @throws EvtError `usage` with what is wrong where
 */
export async function readFilter(text: string, cwd: string): Promise<EventPattern> {
  if (!text.startsWith('@')) return parsePattern(text)
  const file = text.slice(1)
  const content = await readFile(resolve(cwd, file), 'utf8').catch((cause) => {
    throw new EvtError(`${file} cannot be read`, { code: 'usage', hint: 'evt help filters', cause })
  })
  try {
    return parsePattern(content.replace(/^\uFEFF/, ''))
  } catch (cause) {
    if (!(cause instanceof EvtError)) throw cause
    const { hint } = cause
    throw new EvtError(`${file}: ${cause.message}`, { code: 'usage', hint, cause })
  }
}
