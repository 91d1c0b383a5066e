import { createInterface } from 'node:readline/promises'

/**
 * Asks on the terminal; only y and yes are a yes. The question goes to stderr, since stdout is
 * data. Lines are left to the terminal, so that Ctrl-C is a signal as everywhere.
 *
 * @returns null where the signal aborts the question
 */
export async function confirmed(question: string, signal: AbortSignal): Promise<boolean | null> {
  const { stdin, stderr } = process
  const lines = createInterface({ input: stdin, output: stderr, terminal: false })
  try {
    // At the end of the input there is no answer any more.
    const ended = new Promise<null>((resolve) => lines.once('close', () => resolve(null)))
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), ended])
    if (answer === null) stderr.write('\n')
    return /^\s*y(es)?\s*$/i.test(answer ?? '')
  } catch (error) {
    if (signal.aborted) return null
    throw error
  } finally {
    lines.close()
  }
}
