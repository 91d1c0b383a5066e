import { count } from '../reading/absence.js'
import type { PayloadsErased } from './erase-payloads.js'
import type { ErasePlan } from './erase-plan.js'

/** What a proof says of payloads that records only point to. */
export function payloadSentences(
  { payloads: planned, claims }: ErasePlan,
  payloads: PayloadsErased | undefined,
  clean: (text: string) => string,
): string[] {
  if (!planned || !payloads) {
    const erased = claims.length === 0 ? [] : ['Not erased: what erased events point to (claims).']
    return ['Not searched: payloads that records only point to (claim checks).', ...erased]
  }
  const { from, unread } = planned
  const left = [...planned.left, ...payloads.left]
  return [
    `Erased: ${count(payloads.erased.length, 'payload')} (claim checks) that erased events ` +
      'pointed to, and no event that stays in what was searched.',
    ...(from === 's3'
      ? []
      : [`Not erased: what the copies of payloads in ${clean(from)} were made of.`]),
    ...left.map(({ address, reason }) => `Not erased: ${clean(address)}, which ${clean(reason)}.`),
    ...(unread === 0
      ? []
      : [
          `Not searched: ${count(unread, 'payload')} that could not be read. Whether they are ` +
            'about the subject is not known.',
        ]),
  ]
}
