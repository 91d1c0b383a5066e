import type { NodeKind } from '../topology/model.js'

/** Somebody who was sent events of a subject, and may keep a copy. */
export interface Recipient {
  /** Of the node, as `evt topology` has it. */
  readonly id: string
  readonly kind: NodeKind
  readonly name: string
  /** Where it is declared; null where that is not known. */
  readonly at: string | null
  readonly events: number
  readonly types: readonly string[]
  /** `possible`: it cannot be told where the event was put, or whether a filter took it. */
  readonly how: 'matched' | 'possible'
}

/** Who was sent events of a subject, by what is wired. */
export interface Recipients {
  /** Templates, or accounts and regions. */
  readonly topology: readonly string[]
  readonly consumers: readonly Recipient[]
  /** Events of the subject that reach nobody by it. */
  readonly unrouted: number
  /** What of the wiring could not be told, so that some may be missing. */
  readonly gaps: number
}

/** The same for evidence. @param clean takes identifiers out of names */
export function cleanRecipients(
  { topology, consumers, ...counts }: Recipients,
  clean: (text: string) => string,
): Recipients {
  return {
    topology: topology.map(clean),
    consumers: consumers.map(({ id, name, at, types, ...rest }) => ({
      ...{ ...rest, id: clean(id), name: clean(name), types: types.map(clean) },
      at: at === null ? null : clean(at),
    })),
    ...counts,
  }
}

/** What cannot be known of recipients, as a sentence of a completeness statement. */
export function recipientsSentence(recipients: Recipients | undefined): string {
  if (!recipients) return 'Not known: who was sent these events. --topology tells of what is wired.'
  const { topology, gaps } = recipients
  const missing = gaps === 0 ? '' : `, of which ${gaps} parts could not be told`
  return (
    `Recipients are those of what is wired now by ${topology.join(', ')}${missing}. Who was ` +
    'wired before, and whom recipients passed it on to, is not known.'
  )
}
