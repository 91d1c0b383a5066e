import { resolve } from 'node:path'
import { EvtError } from '../errors.js'
import { parseJson } from '../event/json.js'
import type { TypedPattern } from '../event/pattern.js'
import { parsePattern } from '../event/pattern.js'
import { withhold } from '../privacy/withhold.js'
import type { OpenedArchive, ReadRequest } from '../reading/open-archive.js'
import type { Speed } from '../replay/pace.js'
import {
  checkUnchanged,
  type PlannedRequest,
  planFileText,
  readPlanFile,
} from '../replay/plan-file.js'
import type { ReplayRequest } from '../replay/request.js'
import type { ReplayResult } from '../replay/result.js'
import { type ReplayRun, runReplay } from '../replay/run.js'
import type { ReplayBody, ReplayOrder } from '../replay/statement.js'
import { outputFile } from '../stats/output-file.js'
import type { Consent } from '../taps/tap.js'
import { replayPlanText } from '../ui/replay-text.js'
import { commandText } from '../ui/shell-quote.js'
import type { TextStyle } from '../ui/style.js'
import type { EngineFlagValues } from './athena-flags.js'
import { locatedRequest } from './athena-locate.js'
import { confirmed } from './confirm.js'
import { targetOf } from './generate-live.js'
import { memoryBytes } from './memory-size.js'
import { progressFor } from './progress.js'
import { reading, type TypedArchive } from './read-request.js'
import { retained } from './replay-retained.js'
import { whyUnasked } from './unasked.js'

type ReplayFlagValues = TypedArchive['flags'] &
  EngineFlagValues & {
    to?: string | undefined
    'dry-run'?: boolean | undefined
    yes?: boolean | undefined
    plan?: string | undefined
    apply?: string | undefined
    intrusive?: Consent[] | undefined
    journal?: string | undefined
    entity?: string[] | undefined
    key?: string[] | undefined
    id?: string[] | undefined
    type?: string[] | undefined
    filter?: TypedPattern | undefined
    sql?: string | undefined
    snapshot?: boolean | undefined
    inject?: number | undefined
    seed?: number | undefined
    transform?: string | undefined
    'claim-check'?: string | undefined
    topology?: string[] | undefined
    distinct?: boolean | undefined
    replays?: boolean | undefined
    'skip-refused'?: boolean | undefined
    order: ReplayOrder
    body: ReplayBody
    name?: string | undefined
    'no-mark'?: boolean | undefined
    speed?: Speed | undefined
    rate?: number | undefined
    concurrency: number
    'memory-limit': string
    'allow-partial'?: boolean | undefined
  }

export interface TypedReplay extends TypedArchive {
  readonly flags: ReplayFlagValues
  readonly argv: readonly string[]
  readonly isJson: boolean
  readonly style: TextStyle
  note(text: string): void
}

/** `evt replay`, as it was typed or as a plan says.
 * @throws EvtError where there is nothing that could be told */
export async function replayTyped(typed: TypedReplay): Promise<ReplayRun> {
  const { flags } = typed
  const saved =
    flags.apply === undefined ? undefined : await readPlanFile(flags.apply, process.cwd())
  const to = saved?.request.to ?? (await targetOf(targetIn(flags)))
  if (to === '-' && typed.isJson && !flags['dry-run'] && flags.plan === undefined) {
    throw new EvtError('--to - prints the events: the result cannot be printed too', {
      ...{ code: 'usage', hint: 'leave -o out, or write the events to a file' },
    })
  }
  const held = saved ? undefined : await retained(typed, lineOf(typed.argv))
  const given = held ? [held.folder] : typed.given
  // What was typed is what a person knows, not where it is kept meanwhile.
  const told = (of: ReplayResult) => (held ? { ...of, sources: held.sources } : of)
  // Where nothing was sent, or all, the next run is to send what is there by then.
  let isToGoOn = false
  const sending = await progressFor(flags)
  const onSending = ({ sent, bytes }: { sent: number; bytes: number }) =>
    sending.update({
      ...{ label: `sending to ${to}`, bytesDone: bytes, bytesTotal: null, records: sent },
      ...{ objectsDone: null, objectsTotal: null },
    })
  try {
    return await reading({ ...typed, given }, async (all) => {
      const read = held ? { ...all, range: held.range } : all
      const asked = saved ? asPlanned(read, saved.request, flags) : asTyped(read, to, typed)
      const request = await locatedRequest(asked, flags)
      const agree = async (plan: ReplayResult, archive: OpenedArchive) => {
        if (saved) checkUnchanged(saved, plan, archive.objects)
        if (flags.plan !== undefined) await savePlan(flags.plan, { request, plan, archive })
        isToGoOn = await agreed(told(plan), typed)
        return isToGoOn
      }
      const run = await runReplay(request, { agree, onSending, withhold })
      isToGoOn = run.result.partial && run.result.sent !== null
      return { ...run, result: told(run.result) }
    })
  } finally {
    sending.stop()
    if (!isToGoOn) await held?.end()
  }
}

function targetIn({ to }: ReplayFlagValues): string {
  if (to !== undefined && to !== '') return to
  throw new EvtError('--to is missing', {
    ...{ code: 'usage', hint: 'name where to, as in --to sqs://orders, or a file' },
  })
}

const aside: readonly string[] = ['--yes', '--quiet', '--verbose', '--progress', '--journal']

/** Without words that may be there or not in the same line. */
function lineOf(argv: readonly string[]): string[] {
  return argv.filter((word, n) => !aside.includes(word) && argv[n - 1] !== '--journal')
}

function asTyped(
  read: ReadRequest,
  to: string,
  { flags, argv }: Pick<TypedReplay, 'flags' | 'argv'>,
): ReplayRequest {
  const { rate, speed = { is: 'max' }, order, body, concurrency, plan } = flags
  const isGiven = (
    name: 'distinct' | 'replays' | 'skip-refused' | 'no-mark' | 'allow-partial' | 'snapshot',
  ) => flags[name] === true
  return {
    ...{ ...read, to, order, body, concurrency },
    ...{ distinct: isGiven('distinct'), replays: isGiven('replays') },
    ...{ types: flags.type ?? [], entities: flags.entity ?? [], keys: flags.key ?? [] },
    ...{ ids: flags.id ?? [], filter: flags.filter, skipRefused: isGiven('skip-refused') },
    ...{ isMarked: !isGiven('no-mark'), name: flags.name ?? null },
    ...{ sql: flags.sql ?? null, transform: flags.transform ?? null, nowMs: Date.now },
    snapshot: isGiven('snapshot'),
    ...{ claimCheck: flags['claim-check'] ?? null, topology: flags.topology ?? [] },
    injection:
      flags.inject === undefined ? null : { duplicates: flags.inject, seed: flags.seed ?? 0 },
    speed: rate === undefined ? speed : { is: 'rate', perSecond: rate },
    memoryLimitBytes: memoryBytes(flags['memory-limit']),
    allowPartial: isGiven('allow-partial'),
    journal: flags.journal ?? (plan === undefined ? null : besidePlan(plan)),
    line: lineOf(argv),
  }
}

function asPlanned(
  read: ReadRequest,
  { filter, presets, config, schemaRegistry, followClaims, ...saved }: PlannedRequest,
  { apply = '', journal }: ReplayFlagValues,
): ReplayRequest {
  const pattern =
    filter === undefined
      ? undefined
      : { text: filter, pattern: parsePattern(filter), json: parseJson(filter) }
  return {
    ...{ ...read, presets, config, schemaRegistry, followClaims, ...saved, filter: pattern },
    nowMs: Date.now,
    journal: resolve(read.cwd, journal ?? besidePlan(apply)),
  }
}

function besidePlan(path: string): string {
  return `${path}.journal.ndjson`
}

interface Saving {
  readonly request: ReplayRequest
  readonly plan: ReplayResult
  readonly archive: OpenedArchive
}

async function savePlan(path: string, { request, plan, archive }: Saving): Promise<void> {
  const { objects } = archive
  const file = await outputFile({ flag: '--plan', path, cwd: request.cwd, objects })
  await file.write(planFileText(request, plan, objects))
}

/** @throws EvtError where somebody says no, or nobody can be asked */
async function agreed(plan: ReplayResult, typed: TypedReplay): Promise<boolean> {
  const { flags, signal, argv, isJson, note, style } = typed
  if (flags['dry-run'] || flags.plan !== undefined) return false
  const text = () => replayPlanText(plan, style)
  // To print is to change nothing.
  if (flags.yes || plan.to === '-') {
    if (!isJson) note(`${text()}\n`)
    return true
  }
  const { stdin, stderr } = process
  if (isJson || stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new EvtError(`nothing was sent: ${whyUnasked(isJson)}`, {
      ...{ code: 'usage', hint: commandText(['evt', 'replay', ...argv, '--yes']) },
    })
  }
  stderr.write(`${text()}\n\n`)
  if (await confirmed(`send them to ${plan.to}?`, signal)) return true
  throw new EvtError('nothing was sent', { code: 'interrupted' })
}
