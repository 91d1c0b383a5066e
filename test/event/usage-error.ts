import { EvtError } from '../../src/errors.js'

/** The message and hint of the EvtError `usage` that `run` throws. */
export function usageError(run: () => unknown): { message: string; hint: string | undefined } {
  try {
    run()
  } catch (error) {
    if (error instanceof EvtError && error.code === 'usage') {
      return { message: error.message, hint: error.hint }
    }
    throw error
  }
  throw new Error('nothing was thrown')
}
