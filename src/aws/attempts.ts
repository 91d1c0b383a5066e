import { isTemporary, ofSdk } from './failure.js'

const MOST_ATTEMPTS = 6
const FIRST_WAIT_MS = 200

/** A connection that ended early, without an error. */
export class ShortAnswer extends Error {
  override readonly name = 'ShortAnswer'

  constructor(bytes: number, expected: number) {
    super(`${bytes} of ${expected} bytes came`)
  }
}

/** Tries again what may succeed soon, after a while that doubles. */
export async function patiently<T>(call: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1, waitMs = FIRST_WAIT_MS; ; attempt++, waitMs *= 2) {
    try {
      return await call()
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || signal?.aborted || !mayPass(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
}

/** Whether a call of S3 that failed may succeed soon. */
export function mayPass(error: unknown): boolean {
  const failure = ofSdk(error)
  if (!(failure instanceof Error)) return false
  const isCut = failure.name === 'ShortAnswer' || /aborted|premature close/i.test(failure.message)
  return isCut || isTemporary(failure)
}
