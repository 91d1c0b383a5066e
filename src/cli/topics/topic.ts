import type { ExplainedPart } from '../../ui/topic-text.js'

/** What `evt help NAME` says about something that is no command. */
export interface Topic {
  readonly parts: readonly ExplainedPart[]
}
