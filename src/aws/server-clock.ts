/** AWS's clock as answers tell it, to the second. */
export class ServerClock {
  #offsetMs: number | undefined

  /** Takes note of an answer as it came over the wire. */
  see(response: unknown): void {
    const ms = dateMsOf(response)
    if (ms !== undefined) this.#offsetMs = ms - performance.now()
  }

  /** Undefined before the first answer. */
  nowMs(): number | undefined {
    return this.#offsetMs === undefined ? undefined : this.#offsetMs + performance.now()
  }
}

/** How far this machine's clock is ahead, as far as answers tell: they give whole seconds, and
 * take their time. Negative: it is behind. */
export interface ClockAhead {
  readonly atLeast: number
  readonly atMost: number
}

/** When a call was made, what AWS's clock said when it was answered, and when that was here. */
export interface AnswerTimes {
  readonly askedMs: number
  readonly dateMs: number
  readonly answeredMs: number
}

/** As far as all answers together tell; null without any. One that contradicts those before, as by
 * another server's clock, is left out. */
export function clockAhead(answers: readonly AnswerTimes[]): ClockAhead | null {
  return answers.reduce<ClockAhead | null>((known, { askedMs, dateMs, answeredMs }) => {
    const one = { atLeast: askedMs - dateMs - 1_000, atMost: answeredMs - dateMs }
    if (known === null) return one
    const atLeast = Math.max(known.atLeast, one.atLeast)
    const atMost = Math.min(known.atMost, one.atMost)
    return atLeast <= atMost ? { atLeast, atMost } : known
  }, null)
}

/** Where a client of the SDK lets one see the answer itself. */
export const answerStep = { step: 'deserialize', priority: 'low', name: 'serverClock' } as const

/** For {@link answerStep}: tells the times of each answer, also of one that refuses. */
export function timed(onAnswer: (times: AnswerTimes) => void) {
  return <Call, Answer extends { response: unknown }>(next: (call: Call) => Promise<Answer>) =>
    async (call: Call): Promise<Answer> => {
      const askedMs = Date.now()
      const answer = await next(call)
      const dateMs = dateMsOf(answer.response)
      if (dateMs !== undefined) onAnswer({ askedMs, dateMs, answeredMs: Date.now() })
      return answer
    }
}

function dateMsOf(response: unknown): number | undefined {
  const date = headersOf(response)['date']
  const ms = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

function headersOf(response: unknown): Readonly<Record<string, unknown>> {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return {}
  const { headers } = response
  return typeof headers === 'object' && headers !== null ? { ...headers } : {}
}
