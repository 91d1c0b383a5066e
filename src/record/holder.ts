import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'

/** Who records to a target. */
export interface Holder {
  pid: number
  host: string
  /** Of this run alone. */
  token: string
}

export function ownHolder(): Holder {
  return { pid: process.pid, host: hostname(), token: randomUUID() }
}

export function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { pid, host, token } = { ...value } as Record<string, unknown>
    const isOne = typeof pid === 'number' && typeof host === 'string' && typeof token === 'string'
    return isOne ? { pid, host, token } : undefined
  } catch {
    return undefined
  }
}

/** Whether a process surely is no more. Of another machine nobody knows; one with this process's
 * own number ran here before, as in a container that was started again. */
export function isGone({ pid, host }: Holder): boolean {
  if (host !== hostname()) return false
  if (pid === process.pid || pid <= 0) return true
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return codeOf(error) !== 'EPERM'
  }
}

/** That somebody records to a target already. */
export function taken(address: string, holder: Holder): EvtError {
  return new EvtError(`another evt records to ${address} ${named(holder)}`, {
    code: 'outside',
    hint: 'end it first, or record to another target; if there is none, it is free in a minute',
  })
}

/** That somebody else records to the target since. */
export function takenOver(address: string, holder: Holder | undefined): EvtError {
  const who =
    holder === undefined ? 'somebody has removed its lock' : `another evt ${named(holder)}`
  return new EvtError(`${address} is not recorded to any more: ${who}`, {
    code: 'outside',
    hint: 'what was acknowledged is in the recording',
  })
}

function named({ pid, host }: Holder): string {
  return `(process ${pid} on ${host})`
}
