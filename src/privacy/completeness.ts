import { count } from '../reading/absence.js'
import { type Recipients, recipientsSentence } from './recipients.js'

/** What was searched, as far as it bears on what was not. */
export interface SearchedExtent {
  sources: readonly string[]
  pruned: number
  unreadable: number
  undecodable: number
  hasRange: boolean
  hasValues: boolean
  followsClaims: boolean
  /** Payloads that could not be read. */
  unreadClaims: number
  recipients: Recipients | undefined
}

/** What was not searched, in sentences: evt cannot know what lies elsewhere, and says so. */
export function completenessOf(extent: SearchedExtent): string[] {
  const {
    sources,
    pruned,
    unreadable,
    undecodable,
    hasRange,
    hasValues,
    followsClaims,
    unreadClaims,
    recipients,
  } = extent
  const maybe = [
    unreadable > 0 &&
      `${count(unreadable, 'object')} could not be read whole: what they hold beyond is not here.`,
    undecodable > 0 &&
      `${count(undecodable, 'record')} could not be decoded and ${
        undecodable === 1 ? 'was' : 'were'
      } not searched.`,
    hasRange && 'Events outside of --since and --until were not searched.',
    pruned > 0 && `${count(pruned, 'object')} of other partitions were not read.`,
    !hasValues &&
      'Events were found by the entities that are mapped. Where an identifier stands elsewhere, ' +
        'it was not looked for.',
    hasValues &&
      'Values were looked for in the documents of events, not in what is around them: attributes ' +
        'of messages, and the other columns of a table (Parquet, CSV) that has events in one.',
    unreadClaims > 0 &&
      `${count(unreadClaims, 'payload')} that events point to could not be read: whether they ` +
        'are about the subject is not known.',
    !followsClaims &&
      'Payloads that events only point to (claim checks) were not read, unless they lie in the ' +
        'archive itself.',
  ].filter((sentence) => sentence !== false)
  return [
    `Searched: ${sources.join(', ')}. Nothing else was.`,
    ...maybe,
    recipientsSentence(recipients),
    'Not searched: other accounts and regions, storage classes that must be restored first ' +
      '(Glacier), archives of EventBridge, events in queues and streams in flight, dead-letter ' +
      "queues, logs, backups, and every subscriber's own copy.",
  ]
}
