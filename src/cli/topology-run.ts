import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { loadConfig } from '../config/load.js'
import { EvtError } from '../errors.js'
import { type AskedAccounts, topologyOfAccounts } from '../topology/account/from-accounts.js'
import { checked } from '../topology/check.js'
import { type TopologyDiff, topologyDiff } from '../topology/diff.js'
import { topologyOfTemplates } from '../topology/from-templates.js'
import { type Severity, severities, type Topology, type TopologyResult } from '../topology/model.js'
import { savedTopology } from '../topology/saved.js'
import { jsonText } from '../ui/stats-json.js'
import { memoryBytes } from './memory-size.js'
import { type diffFaults, ofAws } from './topology-flags.js'

interface TypedTopology extends TypedAccounts {
  template?: readonly string[] | undefined
  config?: string | undefined
}

interface TypedObserved extends TypedTopology {
  observed?: readonly string[] | undefined
  /** Whether X-Ray is asked who calls whom. */
  xray?: boolean
  'memory-limit': string
  'allow-partial': boolean
  quiet: boolean
}

interface SeenBy {
  readonly signal: AbortSignal
  readonly version: string
  /** Whether it is asked how long messages have waited, too. */
  readonly withAges?: boolean
}

/** A topology, and why what was seen of it may not be all. */
interface SeenTopology {
  readonly result: TopologyResult
  readonly failure: EvtError | undefined
}

interface TypedAccounts {
  profile?: readonly string[] | undefined
  region?: readonly string[] | undefined
  'endpoint-url'?: string | undefined
}

/**
 * The topology that was asked for, of templates or else of AWS, with what is wrong in it.
 *
 * @throws EvtError `usage` for what is no template, `inconclusive` where there is nothing in it
 */
export async function topologyAsked(
  flags: TypedTopology,
  signal: AbortSignal,
): Promise<TopologyResult> {
  const settings = await settingsOf(flags)
  return checked(await topologyFound(flags, signal), settings)
}

/** The same with what was seen in archives, where that is asked. */
export async function topologySeen(
  flags: TypedObserved,
  { signal, version, withAges }: SeenBy,
): Promise<SeenTopology> {
  const settings = await settingsOf(flags)
  const wired = await topologyFound(flags, signal, withAges)
  const found = await withCalls(wired, flags, signal)
  const given = flags.observed ?? []
  if (given.length === 0) return { result: checked(found, settings), failure: undefined }
  const { observe, withObserved } = await import('../topology/observed.js')
  const { reading } = await import('./read-request.js')
  const { profile: [profile] = [], region: [region] = [] } = flags
  const { config, quiet, 'endpoint-url': url } = flags
  const typed = { config, quiet, progress: false, profile, region, 'endpoint-url': url }
  const { observed, failure } = await reading({ flags: typed, version, given, signal }, (request) =>
    observe(found, {
      ...request,
      memoryLimitBytes: memoryBytes(flags['memory-limit']),
      allowPartial: flags['allow-partial'],
    }),
  )
  return { result: checked(withObserved(found, observed), settings), failure }
}

async function withCalls(
  topology: Topology,
  flags: TypedObserved,
  signal: AbortSignal,
): Promise<Topology> {
  if (flags.xray !== true) return topology
  const { callsSeen } = await import('../topology/called.js')
  const { calls, gaps } = await callsSeen(accountsOf(flags, signal))
  return { ...topology, calls, gaps: [...topology.gaps, ...gaps] }
}

/**
 * What templates, or a topology that was written down, wire, with what is wrong in it; undefined
 * where none is named.
 *
 * @throws EvtError `usage` for what is neither
 */
export async function topologyShown(flags: {
  readonly topology?: readonly string[] | undefined
  readonly config?: string | undefined
}): Promise<TopologyResult | undefined> {
  const found = await topologyNamed(flags.topology ?? [], process.cwd())
  return found && checked(found, await settingsOf(flags))
}

/** @throws EvtError `usage` for what is no template and no topology */
export async function topologyNamed(
  files: readonly string[],
  cwd: string,
): Promise<Topology | undefined> {
  const [first, ...others] = files
  if (first === undefined) return undefined
  const saved = others.length === 0 ? await savedTopology(first, cwd) : undefined
  return saved ?? topologyOfTemplates(files, cwd)
}

async function settingsOf({ config }: TypedTopology) {
  const { topology } = await loadConfig({ file: config, cwd: process.cwd(), env: process.env })
  return topology ?? {}
}

async function topologyFound(
  flags: TypedTopology,
  signal: AbortSignal,
  withAges = false,
): Promise<Topology> {
  const given = flags.template ?? []
  const found =
    given.length === 0
      ? await topologyOfAccounts({ ...accountsOf(flags, signal), withAges }).catch(withTemplates)
      : await topologyOfTemplates(given, process.cwd())
  if (found.edges.length === 0 && !found.nodes.some(({ at }) => at !== null)) {
    const where = found.sources.join(', ')
    const untold = found.gaps.filter(({ kind }) => kind === 'service')
    const [first] = untold
    if (first) {
      const more = untold.length === 1 ? '' : `, and ${untold.length - 1} more such calls fail`
      const message = `nothing is known of what ${where} has: ${first.explain}${more}`
      const hint = 'ask with the --profile of somebody who may'
      throw new EvtError(message, { code: 'inconclusive', hint })
    }
    const message = `nothing in ${where} sends or receives events`
    throw new EvtError(message, { code: 'inconclusive' })
  }
  return found
}

/** Who meant templates learns how they are named. */
function withTemplates(error: unknown): never {
  if (!(error instanceof EvtError) || error.code !== 'usage') throw error
  const hint = `${error.hint}; or name templates with --template`
  throw new EvtError(error.message, { code: 'usage', hint, cause: error })
}

function accountsOf(flags: TypedTopology, signal: AbortSignal): AskedAccounts {
  const { profile = [], region = [], 'endpoint-url': endpointUrl } = flags
  return { profiles: [...profile], regions: [...region], endpointUrl, signal }
}

type FailOn = Severity | 'never'

/** Whether a finding is as bad as what was asked to fail on, or worse. */
function isFailing(severity: Severity, least: FailOn): boolean {
  return least !== 'never' && severities.indexOf(severity) <= severities.indexOf(least)
}

const reportKinds = ['md', 'json', 'xml', 'sarif'] as const
type ReportKind = (typeof reportKinds)[number]

/** @throws EvtError `usage` for the name of a file that says no format */
export function reportKind(file: string): ReportKind {
  const ending = /\.([a-z]+)$/.exec(file)?.[1]
  const kind = reportKinds.find((one) => one === ending)
  if (kind !== undefined) return kind
  const message = `--report ${file}: what is in it is told by .md, .json, .xml or .sarif`
  throw new EvtError(message, { code: 'usage' })
}

/** Writes the result to files beside what is printed. */
export async function writeReports(
  result: TopologyResult,
  files: readonly string[],
  { least, version }: { readonly least: FailOn; readonly version: string },
): Promise<void> {
  for (const file of files) {
    const text = await reportText(result, reportKind(file), { least, version })
    try {
      await writeFile(resolve(file), text)
    } catch (cause) {
      throw new EvtError(`the report ${file} cannot be written`, { code: 'outside', cause })
    }
  }
}

async function reportText(
  result: TopologyResult,
  kind: ReportKind,
  { least, version }: { readonly least: FailOn; readonly version: string },
): Promise<string> {
  const { topologyCheckMarkdown } = await import('../ui/topology-check-text.js')
  const { topologyJunit, topologySarif } = await import('../ui/topology-reports.js')
  switch (kind) {
    case 'md':
      return `${topologyCheckMarkdown(result)}\n`
    case 'json':
      return `${jsonText(result)}\n`
    case 'xml':
      return topologyJunit(result, ({ severity }) => isFailing(severity, least))
    case 'sarif':
      return `${topologySarif(result, version)}\n`
  }
}

/** @throws EvtError `gate` where there are findings that fail it */
export function endBy({ findings }: TopologyResult, least: FailOn): void {
  const bad = findings.filter(({ severity }) => isFailing(severity, least)).length
  if (bad === 0) return
  const message = `${bad} of ${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`
  throw new EvtError(`the gate does not hold: ${message} fail it`, { code: 'gate' })
}

/**
 * Both sides of a comparison: templates, what `evt topology show -o json` wrote, or AWS itself.
 *
 * @throws EvtError `usage` for what is neither
 */
export async function topologiesCompared(
  { a, b }: { readonly a: string; readonly b: string },
  flags: Omit<TypedTopology, 'template'> & { readonly event?: readonly string[] | undefined },
  signal: AbortSignal,
): Promise<TopologyDiff> {
  const cwd = process.cwd()
  const { sampleEvents } = await import('./sample-events.js')
  const samples = flags.event && (await sampleEvents(flags.event))
  const read = async (path: string) => {
    if (path === ofAws) return topologyAsked(flags, signal)
    const template = [path]
    return (await savedTopology(path, cwd)) ?? topologyAsked({ ...flags, template }, signal)
  }
  return topologyDiff(await read(a), await read(b), samples)
}

/** @throws EvtError `gate` where there is what was asked to fail on */
export function endDiff(diff: TopologyDiff, faults: readonly (typeof diffFaults)[number][]): void {
  if (faults.includes('movedEvents') && diff.movedEvents === undefined) {
    const hint = 'give some: --event samples.ndjson'
    throw new EvtError('--fail-on movedEvents needs sample events', { code: 'usage', hint })
  }
  const countOf = (fault: (typeof diffFaults)[number]) => diff[fault]?.length ?? 0
  const bad = faults.filter((fault) => countOf(fault) > 0)
  if (bad.length === 0) return
  const told = bad.map((fault) => `${fault} ${countOf(fault)}`).join(', ')
  throw new EvtError(`the gate does not hold: ${told}`, { code: 'gate' })
}
