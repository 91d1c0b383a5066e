import { resolve } from 'node:path'
import type { ArchiveObject } from '../archives/object.js'
import { EvtError } from '../errors.js'
import type { HdrBuckets } from '../meters/hdr-buckets.js'
import { hgrmText } from '../meters/hgrm.js'
import { type OutputFile, outputFile } from './output-file.js'

/** What `--hlog` and `--hgrm` say. */
export interface HistogramPaths {
  hlog?: string | undefined
  hgrm?: string | undefined
}

/** The files that a run leaves beside its output. */
export interface HistogramFiles {
  hlog: OutputFile | undefined
  hgrm: OutputFile | undefined
}

/** @throws EvtError `usage` where one of them cannot be written */
export async function histogramFiles(
  { hlog, hgrm }: HistogramPaths,
  { cwd, objects }: { cwd: string; objects: readonly ArchiveObject[] },
): Promise<HistogramFiles> {
  if (hlog !== undefined && hgrm !== undefined && resolve(cwd, hlog) === resolve(cwd, hgrm)) {
    throw new EvtError(`--hlog and --hgrm are both ${hlog}`, { code: 'usage' })
  }
  const at = async (flag: string, path: string | undefined) =>
    path === undefined ? undefined : outputFile({ flag, path, cwd, objects })
  return { hlog: await at('--hlog', hlog), hgrm: await at('--hgrm', hgrm) }
}

export interface HistogramTexts {
  log(): string
  /** Of everything; `perMs` is how many of its units a millisecond has, `notes` what it lacks. */
  total: { histogram: HdrBuckets; perMs: number; notes: readonly string[] }
}

/** Writes what was asked for.
 * @returns why that failed: there is a result to be shown all the same */
export async function writeHistograms(
  { hlog, hgrm }: HistogramFiles,
  { log, total }: HistogramTexts,
): Promise<EvtError | undefined> {
  try {
    await hlog?.write(log())
    await hgrm?.write(hgrmText(total.histogram, total.perMs, total.notes))
    return undefined
  } catch (error) {
    if (error instanceof EvtError) return error
    throw error
  }
}
