/**
 * An incremental meter (DESIGN §1, idea 2): one definition of a number over a stream of deliveries
 * in order of arrival. It measures; it never judges.
 *
 * `observe` is called once per delivery, in arrival order, and must not keep the delivery.
 * `read` may be called at any time and does not change the meter.
 * `merge` folds another meter's state into this one; `mergeable` says when that is exact:
 * `any`: for any partition of the deliveries; `disjoint`: where the parts share no identity and no
 * key; `after`: only where all of the other's deliveries came after this one's.
 * `fresh` gives an empty meter of the same settings, so that grouping is written once.
 */
export interface Meter<Delivery, Figures> {
  readonly mergeable: 'any' | 'disjoint' | 'after'
  observe(delivery: Delivery): void
  read(): Figures
  merge(other: this): void
  fresh(): Meter<Delivery, Figures>
}
