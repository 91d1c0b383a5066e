import { EvtError } from '../errors.js'
import type { Locate } from '../questions/locate.js'
import type { ReadRequest } from '../reading/open-archive.js'
import { estimateText, locatedText, scannedText } from '../ui/athena-text.js'
import { bytesText } from '../ui/numbers.js'
import type { EngineFlagValues } from './athena-flags.js'

/**
 * What `--engine athena` makes of a request: Athena finds which objects are read, and what is told
 * on stderr is what that may cost and what it did. `--max-bytes` is then of what it scans, and of
 * what is read here.
 *
 * @throws EvtError `usage` for a flag that asks for more than some objects
 */
export async function locatedRequest<R extends ReadRequest>(
  request: R,
  flags: EngineFlagValues,
  wholeFlags: Readonly<Record<string, unknown>> = {},
): Promise<R & { locate?: Locate | undefined }> {
  if (flags.engine !== 'athena') return request
  const [whole] = Object.entries(wholeFlags).find(([, value]) => isGiven(value)) ?? []
  if (whole !== undefined) {
    throw new EvtError(`--${whole} reads all of the archive, and Athena would find nothing less`, {
      ...{ code: 'usage', hint: 'leave out --engine athena' },
    })
  }
  const { locateByAthena } = await import('../athena/locate.js')
  const { workgroup, database, quiet } = flags
  const note = noteUnless(quiet)
  const locate = locateByAthena({
    ...{ ...request, workgroup, database },
    ...athenaVoice(note, request),
    onLocated: (scanned, here) => note(`${scannedText(scanned)}\n${locatedText(here)}`),
  })
  return { ...request, maxBytes: undefined, onLarge: undefined, index: undefined, locate }
}

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

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false
}
