import { resolve } from 'node:path'
import { resolveSources } from '../archives/source.js'
import { complete } from '../envelopes/missing.js'
import { EvtError } from '../errors.js'
import { noObjects } from '../reading/absence.js'
import { type GivenSources, namedSources } from '../reading/named-sources.js'
import { outsideOf } from '../reading/outside.js'
import { counted, countText } from '../stats/findings/phrases.js'
import { mappingText } from './mapping-file.js'
import type { Proposal } from './proposal.js'
import { propose } from './propose.js'
import { type Sample, sampleArchive } from './sample.js'
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
  const { objects } = await resolveSources(sources, { aliases: config.archives ?? {}, cwd })
  if (objects.length === 0) throw noObjects(sources, 0)
  const outside = await outsideOf(request, config)
  const sample = await sampleArchive(objects, signal)
  if (signal.aborted) throw interrupted(to)
  const survey = await complete(() => surveyOf(sample.records, presets, outside))
  const undecodable = sample.bad + survey.undecodable
  const { objectsTotal } = sample
  const records = sample.records.length + sample.bad
  const sampled = { objects: sample.objects, objectsTotal, records, undecodable }
  if (survey.events.length === 0) throw noEvents(sources, sample, sampled)
  const proposal = propose(survey, told)
  const before = force && !dryRun ? await existingText(place, to) : undefined
  const text = mappingText(proposal, { header: headerOf(sampled, proposal), file: to, before })
  return {
    ...{ sources, sampled, proposal, text, file: to },
    next: nextCommands(request, sources, place),
    write: () => writeWhole(place, to, text),
  }
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
function nextCommands(
  { presets, cwd, env, to, config, schemaRegistry }: InitRequest,
  sources: readonly string[],
  place: string,
): string[][] {
  if (sources.includes('-')) return []
  const isUsual = place === resolve(cwd, 'evt.yaml') && !env['EVT_CONFIG'] && config === undefined
  const flags = [
    ...(presets ?? []).flatMap((preset) => ['--preset', preset]),
    ...(schemaRegistry === undefined ? [] : ['--schema-registry', schemaRegistry]),
    ...(isUsual ? [] : ['--config', to]),
  ]
  return [['evt', 'stats', ...flags, ...sources]]
}
