import { planSetup, type SetupPlan } from '../athena/setup.js'
import { planTeardown } from '../athena/teardown.js'
import { EvtError } from '../errors.js'
import { setupText, teardownText } from '../ui/athena-text.js'
import { commandText } from '../ui/shell-quote.js'
import { confirmed } from './confirm.js'
import { awsOptions } from './flags.js'
import { progressFor } from './progress.js'
import { reading, type TypedArchive } from './read-request.js'
import { whyUnasked } from './unasked.js'

interface AthenaFlagValues {
  workgroup?: string | undefined
  database?: string | undefined
  yes?: boolean | undefined
  'dry-run'?: boolean | undefined
}

interface Voice {
  readonly argv: readonly string[]
  readonly isJson: boolean
  print(text: string): void
  note(text: string): void
}

interface TypedSetup extends TypedArchive, Voice {
  flags: TypedArchive['flags'] &
    AthenaFlagValues & { results?: string | undefined; index?: string | undefined }
}

interface TypedTeardown extends Voice {
  flags: AthenaFlagValues & Parameters<typeof awsOptions>[0] & { config?: string | undefined }
  signal: AbortSignal
}

/** `evt athena setup`: plans, shows, asks, makes. */
export async function setUpAthena(typed: TypedSetup): Promise<void> {
  const { flags, isJson } = typed
  const { workgroup, database, results, index: indexTo } = flags
  const { plan, apply, close } = await reading(typed, (request) =>
    planSetup({ ...request, workgroup, database, results, indexTo }),
  )
  try {
    const shown = (isDone: boolean) =>
      isJson ? JSON.stringify({ ...plan, applied: isDone }) : setupText(plan, isDone)
    if (flags['dry-run'] === true) return typed.print(shown(false))
    await agreed('setup', setupText(plan, false), typed)
    await progressing(typed, plan, apply)
    typed.print(shown(true))
  } finally {
    close()
  }
}

/** `evt athena teardown`: the same the other way. */
export async function tearDownAthena(typed: TypedTeardown): Promise<void> {
  const { flags, isJson, signal } = typed
  const { workgroup, database, config } = flags
  const place = { workgroup, database, config, cwd: process.cwd(), env: process.env }
  const { plan, apply, close } = await planTeardown({ ...place, aws: awsOptions(flags), signal })
  try {
    const shown = (isDone: boolean) =>
      isJson ? JSON.stringify({ ...plan, applied: isDone }) : teardownText(plan, isDone)
    if (flags['dry-run'] === true) return typed.print(shown(false))
    await agreed('teardown', teardownText(plan, false), typed)
    await apply()
    typed.print(shown(true))
  } finally {
    close()
  }
}

async function progressing(
  { flags }: TypedSetup,
  { statements, database }: SetupPlan,
  apply: (told: (done: number) => void) => Promise<void>,
): Promise<void> {
  const progress = await progressFor(flags)
  const label = `setting up ${database}`
  const objectsTotal = statements.length
  await apply((objectsDone) =>
    progress.update({
      ...{ label, bytesDone: 0, bytesTotal: null, records: objectsDone, objectsDone, objectsTotal },
    }),
  ).finally(() => progress.stop())
}

/** @throws EvtError where somebody says no, or nobody can be asked */
async function agreed(
  command: 'setup' | 'teardown',
  text: string,
  typed: Voice & { flags: AthenaFlagValues; signal: AbortSignal },
): Promise<void> {
  const { flags, isJson, argv, signal } = typed
  const { stdin, stderr } = process
  if (flags.yes === true) return
  if (isJson || stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new EvtError(`nothing was changed: ${whyUnasked(isJson)}`, {
      ...{ code: 'usage', hint: commandText(['evt', 'athena', command, ...argv, '--yes']) },
    })
  }
  // What is agreed to is shown, --quiet or not.
  stderr.write(`${text}\n`)
  if (await confirmed('do it?', signal)) return
  throw new EvtError('nothing was changed', { code: 'interrupted' })
}
