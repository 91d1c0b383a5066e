import { describe } from 'vitest'

/**
 * A suite that needs something this machine may lack. When it is missing, the suite is skipped, and
 * says so by name at the end of `npm test`.
 */
export function describeWith(need: string, present: boolean) {
  return (name: string, suite: () => void) =>
    present ? describe(name, suite) : describe.skipIf(true)(`${name} (MISSING: ${need})`, suite)
}
