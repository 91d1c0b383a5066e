import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { EvtError } from '../errors.js'
import type { OpenSink } from '../sinks/sink.js'

interface Begun {
  /** As it was named. */
  readonly to: string | null
  readonly journal: string | null
  readonly cwd: string
  readonly what: 'replay' | 'move'
}

/** A file that is there, and not by this replay or move, is not written to: what stands behind its
 * last line end would be taken for what a killed run left, and cut off. An empty journal tells of
 * none.
 *
 * @throws EvtError `usage` */
export async function checkEmpty(
  sink: OpenSink | undefined,
  { to, journal, cwd, what }: Begun,
): Promise<void> {
  if ((await sink?.isEmpty?.()) !== false) return
  if (journal !== null && (await isBegun(resolve(cwd, journal)))) return
  throw new EvtError(`${to} holds something already, and not of this ${what}`, {
    code: 'usage',
    hint: 'name a file that is not there yet',
  })
}

function isBegun(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > 0,
    () => false,
  )
}
