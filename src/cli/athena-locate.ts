import type { Locate, Located } from '../questions/locate.js'
import type { ReadRequest } from '../reading/open-archive.js'
import { estimateText, locatedText, scannedText } from '../ui/athena-text.js'
import { bytesText } from '../ui/numbers.js'
import type { EngineFlagValues } from './athena-flags.js'

/**
 * What `--engine athena` makes of a request: Athena finds which objects are read, and what is told
 * on stderr is what that may cost and what it did. `--max-bytes` is then of what it scans, and of
 * what is read here.
 */
export async function locatedRequest<R extends ReadRequest>(
  request: R,
  flags: EngineFlagValues,
): Promise<R & { locate?: Locate | undefined; locateRelated?: (entity: string) => Locate }> {
  if (flags.engine !== 'athena') return request
  const { locateByAthena } = await import('../athena/locate.js')
  const { locateRelatedByAthena } = await import('../athena/locate-related.js')
  const { workgroup, database, quiet } = flags
  const note = noteUnless(quiet)
  const asking = {
    ...{ ...request, workgroup, database },
    ...athenaVoice(note, request),
    onLocated: (scanned: Scanned, here: Located) =>
      note(`${scannedText(scanned)}\n${locatedText(here)}`),
  }
  return {
    ...{ ...request, maxBytes: undefined, onLarge: undefined, index: undefined },
    locate: locateByAthena(asking),
    locateRelated: (entity) => locateRelatedByAthena(asking, entity),
  }
}

type Scanned = Parameters<typeof scannedText>[0]

/** To stderr, unless --quiet. */
export function noteUnless(quiet: boolean | undefined): (text: string) => void {
  return (text) => {
    if (!quiet) process.stderr.write(`${text}\n`)
  }
}

/** What is told of an estimate, and while a query runs. */
export function athenaVoice(note: (text: string) => void, { onProgress }: ReadRequest) {
  return {
    onEstimate: (estimate: { mostBytes: number; usd: number }) => note(estimateText(estimate)),
    onUnused: (why: string) => note(`${why}: Athena reads the lines of the archive`),
    onState: ({ state, scannedBytes }: { state: string; scannedBytes: number }) =>
      onProgress({
        label: `Athena: ${state.toLowerCase()}, ${bytesText(scannedBytes)} scanned`,
        ...{ bytesDone: 0, bytesTotal: null, records: 0, objectsDone: 0, objectsTotal: 0 },
      }),
  }
}
