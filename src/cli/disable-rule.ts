import { resourceAddress } from '../aws/address.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import type { EventRecord } from '../event/event.js'
import { parsePattern } from '../event/pattern.js'
import { patternMatcher } from '../event/pattern-match.js'
import type { FoundLoop } from '../loops/result.js'
import { commandText } from '../ui/shell-quote.js'
import { confirmed } from './confirm.js'

interface Asked {
  /** `RULE` of the default bus, `BUS/RULE`, or an ARN. */
  rule: string
  yes: boolean
  aws: AwsOptions
  signal: AbortSignal
  lineWith(flag: string): string
  note(text: string): void
}

/** A rule that may be disabled once a loop was found that goes by it. */
export interface RuleInLoops {
  /** Whether the rule matches the event. */
  isMatch(event: EventRecord): boolean
  /** Asks whether it is to be disabled, unless that was said before, and disables it. */
  disable(loop: FoundLoop | undefined): Promise<void>
}

/**
 * Looks at a rule that `--disable-rule` names.
 *
 * @throws EvtError `usage` where there is none that could be disabled, or nobody to ask
 */
export async function ruleInLoops(asked: Asked): Promise<RuleInLoops> {
  const { yes, signal, lineWith, note } = asked
  const { bus, rule, region } = addressOf(asked.rule)
  const { stdin, stderr } = process
  if (!yes && !(stdin.isTTY && stderr.isTTY)) {
    throw new EvtError('--disable-rule asks, and there is no terminal to ask on', {
      code: 'usage',
      hint: lineWith('--yes'),
    })
  }
  const { disableRule, ruleOf } = await import('../aws/bus-rules.js')
  const aws = { ...asked.aws, region: asked.aws.region ?? region }
  const { pattern, isEnabled } = await ruleOf(bus, rule, { ...aws, signal })
  const again = commandText([
    ...['aws', 'events', 'enable-rule', '--name', rule, '--event-bus-name', bus],
    ...(aws.region === undefined ? [] : ['--region', aws.region]),
  ])
  if (!isEnabled) {
    const hint = `this enables it: ${again}`
    throw new EvtError(`the rule ${rule} is disabled already`, { code: 'usage', hint })
  }
  if (pattern === undefined) {
    throw new EvtError(`the rule ${rule} goes by the clock, not by events`, { code: 'usage' })
  }
  const matches = patternMatcher(parsePattern(pattern))
  return {
    isMatch: ({ document }) => matches(document),
    async disable(loop) {
      if (!loop) return note(`no loop goes by the rule ${rule}: it is left as it is`)
      const question = `disable the rule ${rule} of the bus ${bus}, which ${loop.path[0]} passes?`
      if (!yes && !(await confirmed(question, signal))) {
        return note(`the rule ${rule} is left as it is`)
      }
      await disableRule(bus, rule, { ...aws, signal: new AbortController().signal })
      note(`the rule ${rule} is disabled; this enables it again: ${again}`)
    },
  }
}

function addressOf(text: string): { bus: string; rule: string; region: string | undefined } {
  const found = resourceAddress(text) ?? resourceAddress(`eventbridge://${text}`)
  if (found?.service !== 'eventbridge') {
    throw new EvtError(`--disable-rule ${text} names no rule`, {
      code: 'usage',
      hint: 'write RULE, BUS/RULE, or the ARN of a rule',
    })
  }
  const { name, part, region } = found
  return part === undefined
    ? { bus: 'default', rule: name, region }
    : { bus: name, rule: part, region }
}
