/** AWS's clock as answers tell it, to the second. */
export class ServerClock {
  #offsetMs: number | undefined

  /** Takes note of an answer as it came over the wire. */
  see(response: unknown): void {
    const date = headersOf(response)['date']
    const ms = typeof date === 'string' ? Date.parse(date) : Number.NaN
    if (!Number.isNaN(ms)) this.#offsetMs = ms - performance.now()
  }

  /** Undefined before the first answer. */
  nowMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : this.#offsetMs + performance.now()
  }
}

/** Where a client of the SDK lets one see the answer itself. */
export const answerStep = { step: 'deserialize', priority: 'low', name: 'serverClock' } as const

function headersOf(response: unknown): Readonly<Record<string, unknown>> {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return {}
  const { headers } = response
  return typeof headers === 'object' && headers !== null ? { ...headers } : {}
}
