/** Thrown where something has to be fetched before a record can be decoded. */
export class Missing extends Error {
  /** @param fetch makes it known, whether it is there or not */
  constructor(readonly fetch: () => Promise<void>) {
    super('something has to be fetched first')
  }
}

/** What a call gives once all that it missed has been fetched; it is made again after each. */
export async function complete<T>(call: () => T): Promise<T> {
  for (;;) {
    try {
      return call()
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      await error.fetch()
    }
  }
}
