import { readdir, readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isBucketAddress } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import type { Baseline, BaselineRun } from './baseline.js'
import { textInBucket } from './bucket-runs.js'
import { type Reference, referenceOf, runsIn } from './folder.js'
import { cloudwatchRun, isMetricAddress } from './from-cloudwatch.js'
import { isK6Summary, k6Run } from './from-k6.js'
import type { Measured } from './measured.js'
import { checkAlike, type RunFile } from './merge-runs.js'
import { isSavedText, measuredOfSaved, readSavedRun, type SavedRun } from './saved-run.js'

/** `types` and `filter`, among others, as a result has them. */
type Chosen = Readonly<Record<string, unknown>>

export interface BaselineRequest extends Reference {
  /** As it was given. */
  name: string
  cwd: string
  aws: AwsOptions
  nowMs: number
  signal: AbortSignal
  /** What the runs have to share with the one that is judged. */
  like: Pick<SavedRun, 'mapping' | 'unit' | 'precision'>
  /** Which events of its SOURCE were measured, apart from when they came. */
  chosen: Chosen
  /** Measures a SOURCE as the run is measured. */
  measure(source: string): Promise<Measured>
}

/**
 * What runs are compared with: a folder of saved runs or a prefix of S3 with such, one of them, a
 * summary of k6, a metric of CloudWatch, or a SOURCE.
 * Null where nothing is saved yet.
 *
 * @throws EvtError `usage` for what cannot be compared with
 */
export async function openBaseline(request: BaselineRequest): Promise<Baseline | null> {
  const { name, cwd } = request
  if (isMetricAddress(name)) return { name, runs: [await cloudwatchRun(name, request)] }
  if (isBucketAddress(name)) return ofBucket(request)
  const path = resolve(cwd, name)
  const found = await stat(path).catch(() => undefined)
  if (found?.isDirectory()) return ofFolder(request, path)
  if (found?.isFile() && name.endsWith('.json')) return ofFile(request, path)
  const isMissing = found === undefined && !/[*?:]/.test(name)
  return isMissing ? null : ofSource(request)
}

async function ofBucket(request: BaselineRequest): Promise<Baseline | null> {
  const { name, aws } = request
  if (!name.endsWith('.json')) return ofFolder(request, name)
  const text = await textInBucket(name, aws)
  return text === undefined ? null : ofText(request, text)
}

async function ofFolder(request: BaselineRequest, folder: string): Promise<Baseline | null> {
  const files = await onlyRunsIn(folder, request.aws)
  if (files === undefined) return ofSource(request)
  const reference = referenceOf(files, request)
  if (reference.length > 0) return ofRuns(request, reference)
  if (files.length > 0 && request.branch !== undefined) {
    const branches = [...new Set(files.map(({ run }) => run.branch ?? 'none'))].join(', ')
    throw new EvtError(`no run of the branch ${request.branch} is saved in ${request.name}`, {
      code: 'usage',
      hint: `there are runs of ${branches}`,
    })
  }
  return null
}

/** Undefined for a folder of events, which is a SOURCE; one that is empty will have runs. */
async function onlyRunsIn(folder: string, aws: AwsOptions): Promise<RunFile[] | undefined> {
  try {
    const runs = await runsIn(folder, aws)
    if (runs === undefined || runs.length > 0) return runs ?? []
    if (isBucketAddress(folder)) return undefined
    const names = await readdir(folder)
    return names.every((name) => /^\.|\.md$/i.test(name)) ? [] : undefined
  } catch (error) {
    if (error instanceof EvtError && / is no saved run/.test(error.message)) return undefined
    throw error
  }
}

async function ofSource({ name, measure }: BaselineRequest): Promise<Baseline> {
  return { name, runs: [{ at: null, commit: null, branch: null, ...(await measure(name)) }] }
}

async function ofFile(request: BaselineRequest, path: string): Promise<Baseline | null> {
  return ofText(request, await readFile(path, 'utf8'))
}

async function ofText(request: BaselineRequest, text: string): Promise<Baseline> {
  const { name } = request
  const value = jsonOf(text)
  if (isK6Summary(value)) return { name, runs: [k6Run(value, name)] }
  if (isSavedText(text) || text.trim() === '') {
    return ofRuns(request, [{ file: name, run: readSavedRun(text, name) }])
  }
  return ofSource(request)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Lines of JSON are a SOURCE.
    return undefined
  }
}

function ofRuns({ name, like, chosen }: BaselineRequest, files: readonly RunFile[]): Baseline {
  for (const there of files) {
    const here = { file: '', run: { ...there.run, ...like } }
    checkAlike(here, there, 'cannot be compared with')
    const [mine, its] = [chosenText(chosen), chosenText(there.run.selection)]
    if (mine === its) continue
    const others = `other events: here ${mine}, there ${its}`
    throw new EvtError(`${there.file} cannot be compared with: ${others}`, { code: 'usage' })
  }
  return { name, runs: files.map(({ run }) => baselineRun(run)) }
}

function chosenText({ types, filter }: Chosen): string {
  const globs = Array.isArray(types) ? types.map(String).sort() : []
  const words = [
    ...globs.map((glob) => `--type ${glob}`),
    ...(filter === undefined ? [] : [`--filter ${JSON.stringify(filter)}`]),
  ]
  return words.join(' ') || 'all'
}

function baselineRun(run: SavedRun): BaselineRun {
  const { savedAt, commit, branch } = run
  return { at: savedAt, commit, branch, ...measuredOfSaved(run) }
}
