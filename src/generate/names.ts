/** A type and who sends it: a row of the result. */
export interface Row {
  readonly type: string
  readonly source: string
  /** Index of the chain that its events travel in. */
  readonly chain: number
}

const typeNames = [
  'jobAd.viewed',
  'jobAd.published',
  'application.submitted',
  'jobAd.updated',
  'application.viewed',
  'jobAd.created',
  'jobAd.saved',
  'search.matched',
  'application.rejected',
  'jobAd.promoted',
  'payment.captured',
  'invoice.sent',
  'interview.scheduled',
  'jobAd.expired',
  'message.sent',
  'application.withdrawn',
  'jobAd.reported',
  'offer.extended',
  'payment.refunded',
  'jobAd.deleted',
]
const sourceNames = ['jobs', 'applications', 'search', 'billing', 'messaging', 'moderation']

/** Every type and every source at least once; the smaller list is gone through again. */
export function rowsOf(types: number, sources: number, chains: number): Row[] {
  return Array.from({ length: Math.max(types, sources) }, (_, i) => ({
    type: nameOf(typeNames, i % types),
    source: nameOf(sourceNames, i % sources),
    chain: (i % types) % chains,
  }))
}

function nameOf(names: readonly string[], index: number): string {
  const round = Math.floor(index / names.length)
  const name = names[index % names.length] ?? ''
  return round === 0 ? name : `${name}${round + 1}`
}
