import type { AuditResult } from '../audit/result.js'

/**
 * Commands that tell more of the same entity, as words: what it is now, and what is in the same
 * chains. `typed` is what followed `evt audit`.
 */
export function nextAudits(result: AuditResult, typed: readonly string[]): string[][] {
  const { entity, events, searched, with: added = [], state, diff, against, related } = result
  // What came through standard input is gone.
  const isGone = [...searched.sources, ...added, against?.copy].includes('-')
  if (entity === null || result.mentions !== undefined || events.length === 0 || isGone) return []
  const more = (flag: string) => ['evt', 'audit', flag, ...typed]
  const isChained = events.some(({ correlationId, causationId }) => correlationId ?? causationId)
  const isStated = state !== undefined || diff !== undefined || against !== undefined
  return [
    ...(isStated ? [] : [more('--state')]),
    ...(isChained && related === undefined ? [more('--related')] : []),
  ]
}
