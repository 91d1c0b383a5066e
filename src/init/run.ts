import { resolve } from 'node:path'
import { withoutAlias } from '../archives/address.js'
import { resolveSources } from '../archives/source.js'
import type { AwsOptions } from '../aws/options.js'
import { complete } from '../envelopes/missing.js'
import type { Outside } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'
import { noObjects } from '../reading/absence.js'
import { type GivenSources, namedSources } from '../reading/named-sources.js'
import { outsideOf } from '../reading/outside.js'
import { counted, countText } from '../stats/findings/phrases.js'
import { isLive } from '../taps/index.js'
import type { Consent } from '../taps/tap.js'
import { mappingText } from './mapping-file.js'
import type { Proposal } from './proposal.js'
import { propose } from './propose.js'
import { bothSamples, type Sample, sampleArchive } from './sample.js'
import { surveyOf } from './survey.js'
import { toldBy } from './told.js'
import { existingText, isTaken, writeWhole } from './write-file.js'

export interface InitRequest extends GivenSources {
  maps: readonly string[]
  presets: readonly string[] | undefined
  /** Where the schemas of Avro are, as typed. */
  schemaRegistry?: string | undefined
  /** Where to write. */
  to: string
  /** `events:` of a file that is there may be replaced. */
  force: boolean
  /** Nothing is to be written. */
  dryRun: boolean
  /** For so long what comes is looked at. */
  durationMs: number
  consents: ReadonlySet<Consent>
  aws: AwsOptions
  stdin: AsyncIterable<unknown>
  onNote(text: string): void
  signal: AbortSignal
}

export interface InitRun {
  readonly sources: readonly string[]
  readonly sampled: Sampled
  readonly proposal: Proposal
  /** What is to be written to `file`. */
  readonly text: string
  readonly file: string
  /** Commands that use what was written. */
  readonly next: readonly (readonly string[])[]
  write(): Promise<void>
}

interface Sampled {
  readonly objects: number
  readonly objectsTotal: number
  /** As they were read: one may be a wrapper with many entries, each an event or undecodable. */
  readonly records: number
  readonly undecodable: number
}

const HEAD_CHARACTERS = 40

/**
 * `evt init` from what was typed to a proposal; it writes nothing by itself.
 *
 * @throws EvtError `usage` for a SOURCE, configuration or target that is wrong, `inconclusive`
 * where there is nothing to learn from, `interrupted`
 */
export async function runInit(request: InitRequest): Promise<InitRun> {
  const { presets, cwd, signal, to, force, dryRun } = request
  const told = toldBy(request.maps)
  const place = resolve(cwd, to)
  if (!force && !dryRun && (await isTaken(place))) throw thereAlready(to)
  const { config, sources } = await namedSources(request)
  const outside = await outsideOf(request, config)
  const aliases = config.archives ?? {}
  const sample = await sampleOf(sources, aliases, { ...request, outside })
  if (signal.aborted) throw interrupted(to)
  const survey = await complete(() => surveyOf(sample.records, presets, outside))
  const undecodable = sample.bad + survey.undecodable
  const { objectsTotal } = sample
  const records = sample.records.length + sample.bad
  const sampled = { objects: sample.objects, objectsTotal, records, undecodable }
  if (survey.events.length === 0) {
    throw isAllLive(sources, aliases) && undecodable === 0
      ? nothingCame(sources, request.durationMs)
      : noEvents(sources, sample, sampled)
  }
  const proposal = propose(survey, told)
  const before = force && !dryRun ? await existingText(place, to) : undefined
  const text = mappingText(proposal, { header: headerOf(sampled, proposal), file: to, before })
  return {
    ...{ sources, sampled, proposal, text, file: to },
    next: nextCommands(request, sources, place),
    write: () => writeWhole(place, to, text),
  }
}

/** What is there of archives, and what comes for a while of what is live. */
async function sampleOf(
  sources: readonly string[],
  aliases: Readonly<Record<string, string>>,
  request: InitRequest & { outside: Outside },
): Promise<Sample> {
  const { cwd, aws, signal, durationMs } = request
  const named = sources.map((source) => ({ source, opens: withoutAlias(source, aliases) }))
  const live = named.filter(({ opens }) => isLive(opens))
  const others = named.filter(({ opens }) => !isLive(opens)).map(({ source }) => source)
  const { objects } = await resolveSources(others, { aliases, cwd, aws })
  if (objects.length === 0 && others.length > 0) throw noObjects(others, 0)
  const archive = await sampleArchive(objects, signal, undefined, durationMs)
  if (live.length === 0 || signal.aborted) return archive
  const { sampleLive } = await import('./sample-live.js')
  const addresses = live.map(({ opens }) => opens)
  return bothSamples(archive, await sampleLive(addresses, request))
}

function isAllLive(sources: readonly string[], aliases: Readonly<Record<string, string>>): boolean {
  return sources.every((source) => isLive(withoutAlias(source, aliases)))
}

function nothingCame(sources: readonly string[], durationMs: number): EvtError {
  return new EvtError(`nothing came from ${sources.join(' ')} within ${durationMs / 1_000} s`, {
    code: 'inconclusive',
    hint: '--duration 5m waits longer',
  })
}

export function interrupted(to: string): EvtError {
  return new EvtError(`interrupted: nothing was written to ${to}`, { code: 'interrupted' })
}

function thereAlready(to: string): EvtError {
  return new EvtError(`${to} is there already`, {
    code: 'usage',
    hint: [
      '--dry-run only shows what would be written, --to FILE writes elsewhere',
      '--force replaces its events: and keeps the rest',
    ].join('\n'),
  })
}

function noEvents(sources: readonly string[], sample: Sample, sampled: Sampled): EvtError {
  const { objects, undecodable } = sampled
  const isBad = undecodable > 0
  const found = isBad ? `${counted(undecodable, 'record')}, none can be decoded` : 'no records'
  const shown = sample.badHeads.map(({ path, record, reason, head }) => {
    const start = head.length > HEAD_CHARACTERS ? `${head.slice(0, HEAD_CHARACTERS)}…` : head
    return `${path}:${record}  ${reason}  ${start.replaceAll('\n', ' ')}`.trim()
  })
  const read = `${counted(objects, 'object')} read, ${found}`
  return new EvtError(`no events in ${sources.join(' ')}: ${read}`, {
    code: 'inconclusive',
    hint: shown.length > 0 ? shown.join('\n') : undefined,
  })
}

function headerOf({ objects, objectsTotal }: Sampled, { events }: Proposal): string {
  const all = counted(objectsTotal, 'object')
  const from = `${counted(events, 'event')} in ${countText(objects)} of ${all}`
  return [
    ' What the fields of these events mean, for `evt stats` and every other command.',
    ` Proposed by \`evt init\` from ${from}; the comments are the evidence.`,
  ].join('\n')
}

/** What came through standard input is gone, so nothing can be measured again. */
function nextCommands(request: InitRequest, sources: readonly string[], place: string): string[][] {
  const { presets, cwd, env, to, config, schemaRegistry, consents } = request
  if (sources.includes('-')) return []
  const isUsual = place === resolve(cwd, 'evt.yaml') && !env['EVT_CONFIG'] && config === undefined
  const agreed = [...consents].filter((consent) => consent !== 'intrusive').join(',')
  const flags = [
    ...(presets ?? []).flatMap((preset) => ['--preset', preset]),
    ...(schemaRegistry === undefined ? [] : ['--schema-registry', schemaRegistry]),
    ...(isUsual ? [] : ['--config', to]),
    ...(consents.size === 0 ? [] : [agreed === '' ? '--intrusive' : `--intrusive=${agreed}`]),
  ]
  // What is live is measured for a time.
  const time = sources.some(isLive) ? ['--duration', '60s'] : []
  return [['evt', 'stats', ...flags, ...sources, ...time]]
}
