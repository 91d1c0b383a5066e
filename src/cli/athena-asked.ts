import type { ArchiveObject } from '../archives/object.js'
import { type AthenaSearched, askAthena } from '../athena/ask.js'
import { EvtError } from '../errors.js'
import type { Ask } from '../loops/linked-events.js'
import type { Searched } from '../questions/searched.js'
import type { ReadRequest } from '../reading/open-archive.js'
import { scannedText } from '../ui/athena-text.js'
import { leftOut } from './athena-answer.js'
import type { EngineFlagValues } from './athena-flags.js'
import { athenaVoice, noteUnless } from './athena-locate.js'

/** A request whose question Athena answers; the archive is listed here, and not read. */
export function athenaAsked<R extends ReadRequest>(
  request: R,
  { workgroup, database, quiet }: EngineFlagValues,
): R & { ask: Ask } {
  const note = noteUnless(quiet)
  const place = { ...request, workgroup, database, ...athenaVoice(note, request) }
  const ask: Ask = (statement, { archive, chosen }, take) =>
    askAthena(statement, { ...place, chosen }, ({ rows, searched }) => {
      note(scannedText(searched))
      return take({ rows, searched: searchedOf(searched, archive.objects) })
    })
  return { ...request, maxBytes: undefined, onLarge: undefined, index: undefined, ask }
}

/** What Athena read, as what is read here is told. */
function searchedOf(found: AthenaSearched, objects: readonly ArchiveObject[]): Searched {
  const { records, undecodable, unsure, chosen } = found
  const left = leftOut(found, false)
  // Who tells it says that the result is partial.
  const message = left?.message.replace(/: the result is partial$/, '') ?? ''
  return {
    ...{ objects: objects.length, records, undecodable, chosen },
    events: records - undecodable - unsure,
    bytes: objects.reduce((sum, one) => sum + ('sizeBytes' in one ? one.sizeBytes : 0), 0),
    objectFaults: [],
    unanswered: left && new EvtError(message, { code: 'outside', hint: hintOf(left) }),
  }
}

/** Without what is said of every result that is partial. */
function hintOf({ hint = '' }: EvtError): string {
  return hint.replace(/\n--allow-partial [^\n]*/, '')
}
