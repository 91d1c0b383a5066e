import { EvtError } from '../errors.js'
import type { LoopsRun } from '../loops/run.js'
import { safeText } from '../ui/safe-text.js'
import { checkAtRest, type EngineFlagValues } from './athena-flags.js'
import { awsOptions } from './flags.js'
import { isAskedLive, memoryMs } from './live-flags.js'
import { memoryBytes } from './memory-size.js'
import { reading, type TypedArchive } from './read-request.js'
import { requestOf, type TypedTail } from './tail-run.js'

export interface TypedLoops extends TypedArchive {
  flags: TypedArchive['flags'] &
    TypedTail['flags'] &
    EngineFlagValues & {
      turns: number
      'memory-limit': string
      'dedupe-window': string
      'disable-rule'?: string | undefined
      yes?: boolean | undefined
    }
}

export interface FinishedLoops extends LoopsRun {
  /** What is left to do once the loops have been shown. */
  finish?: (() => Promise<void>) | undefined
}

/** Looks for loops in archives, while progress is shown, or in what comes, as long as it comes. */
export async function foundLoops(typed: TypedLoops): Promise<FinishedLoops> {
  const { flags, given } = typed
  if (await isAskedLive(flags, given)) {
    checkAtRest(flags)
    return live(typed)
  }
  if (flags['disable-rule'] !== undefined) {
    throw new EvtError('--disable-rule needs what comes live, not an archive', {
      code: 'usage',
      hint: 'give eventbridge://BUS, or another SOURCE that the loop passes',
    })
  }
  const { type: types = [], entity: entities = [], filter, turns: leastTurns } = flags
  const chosen = { types, entities, filter, leastTurns, allowPartial: flags['allow-partial'] }
  const memoryLimitBytes = memoryBytes(flags['memory-limit'])
  const { runLoops } = await import('../loops/run.js')
  if (flags.engine !== 'athena') {
    return reading(typed, (request) => runLoops({ ...request, ...chosen, memoryLimitBytes }))
  }
  const { athenaAsked } = await import('./athena-asked.js')
  return reading(typed, async (request) => {
    const asked = athenaAsked(request, flags)
    return runLoops({ ...asked, ...chosen, memoryLimitBytes })
  })
}

async function live(typed: TypedLoops): Promise<FinishedLoops> {
  const { flags } = typed
  const note = (text: string) => {
    if (!flags.quiet) say(text)
  }
  const request = requestOf(typed, note)
  const usual = flags.follow === false ? 'beginning' : 'latest'
  const memory = flags['dedupe-window']
  const rule = await askedRule(typed)
  const { runLoopsLive } = await import('../loops/run-live.js')
  const run = await runLoopsLive({
    ...{ ...request, start: request.start ?? usual, leastTurns: flags.turns },
    ...{ memory, memoryMs: memoryMs(memory), allowPartial: flags['allow-partial'] },
    ends: rule?.isMatch,
    onLoop: ({ explain }) => note(`loop: ${explain}`),
    onOpen: (sources) => {
      for (const { address, safety } of sources) note(`${safety}  ${address}`)
    },
  })
  return { ...run, ...(rule && { finish: () => rule.disable(run.last) }) }
}

function say(text: string): void {
  process.stderr.write(`${safeText(text)}\n`)
}

async function askedRule({ flags, signal, lineWith }: TypedLoops) {
  const { 'disable-rule': rule, yes = false } = flags
  if (rule === undefined) return undefined
  const { ruleInLoops } = await import('./disable-rule.js')
  const line = (flag: string) => lineWith?.(flag) ?? flag
  return ruleInLoops({ rule, yes, aws: awsOptions(flags), signal, lineWith: line, note: say })
}
