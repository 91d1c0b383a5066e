import { Missing } from '../envelopes/missing.js'
import type { Found, Outside } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'

/** What records refer to, asked for only as long as somebody answers. */
export interface LenientOutside extends Outside {
  /** Why nobody was asked any more. */
  readonly failure: EvtError | undefined
}

/**
 * Lets reading go on where nobody answers (EvtError `outside`): what is not known by then is a
 * fault of each record that needs it. Wrong use is thrown as before.
 */
export function lenientOutside({ schemas, claims }: Outside): LenientOutside {
  let failure: EvtError | undefined
  const asked = <T>(ask: () => Found<T>): Found<T> => {
    try {
      return ask()
    } catch (error) {
      if (!(error instanceof Missing)) throw error
      if (failure) return { ok: false, detail: `could not be fetched: ${failure.message}` }
      throw new Missing(() =>
        error.fetch().catch((reason: unknown) => {
          if (!(reason instanceof EvtError && reason.code === 'outside')) throw reason
          failure ??= reason
        }),
      )
    }
  }
  return {
    ...(schemas && { schemas: { reader: (id) => asked(() => schemas.reader(id)) } }),
    ...(claims && { claims: { content: (claim) => asked(() => claims.content(claim)) } }),
    get failure() {
      return failure
    },
  }
}
