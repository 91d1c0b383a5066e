import { startThread } from '../archives/thread.js'
import { type Identified, repeatedRows } from './repeated-rows.js'

/** Below, to start a thread takes longer. */
const ASIDE_FROM_ROWS = 500_000

/** {@link repeatedRows}, by a thread of its own where there are many. */
export async function repeatedAside({ count, identities, flags }: Identified): Promise<number[][]> {
  const isShared = [identities, flags].every(({ buffer }) => buffer instanceof SharedArrayBuffer)
  if (count < ASIDE_FROM_ROWS || !isShared) return repeatedRows({ count, identities, flags })
  const thread = startThread('stats/repeated')
  try {
    return await new Promise((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', () => reject(new Error('the thread that compares ids has ended')))
      const request: Identified = { count, identities, flags }
      thread.postMessage(request)
    })
  } finally {
    await thread.terminate()
  }
}
