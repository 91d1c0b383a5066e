import type { Config } from '../config/config.js'
import { EvtError } from '../errors.js'
import { checkFlows } from '../questions/flows.js'
import { parseRule } from './parse-rule.js'
import type { Rule } from './rule.js'

/**
 * The rules of a run: those that were typed, those of evt.yaml, and the types that it expects.
 *
 * @throws EvtError `usage` for a rule that cannot be read or judged, before anything is measured
 */
export function rulesOf(
  typed: readonly string[],
  config: Config,
  sources: readonly string[],
): Rule[] {
  const { checks = [], expect = [], flows = {}, file = 'evt.yaml' } = config
  const rules = allRead([
    ...typed.map((text) => () => parseRule(text)),
    ...checks.map((text) => () => ofFile(file, 'checks', () => parseRule(text))),
    ...expect.map((type) => () => ofFile(file, 'expect', () => parseRule(`expect ${type}`))),
  ])
  if (rules.length === 0) {
    throw new EvtError('there is no rule to judge by', {
      code: 'usage',
      hint: 'write --rule "latency.p99 < 500ms", or checks: in evt.yaml\nevt help rules',
    })
  }
  checkWidths(rules)
  for (const { scope } of rules) {
    if (scope.kind !== 'flow') continue
    checkFlows(new Map([['flows', null]]), flows, scope.name)
    if (sources.includes('-')) throw notTwice()
  }
  return rules
}

/** All rules, or what is wrong with each that is wrong. */
function allRead(readings: readonly (() => Rule)[]): Rule[] {
  const faults: EvtError[] = []
  const rules = readings.flatMap((read) => {
    try {
      return [read()]
    } catch (error) {
      if (!(error instanceof EvtError)) throw error
      faults.push(error)
      return []
    }
  })
  const [first, ...others] = faults
  if (!first) return rules
  if (others.length === 0) throw first
  const lines = faults.map(({ message, hint = '' }) => `${message}\n${hint}`)
  throw new EvtError(`${faults.length} rules cannot be read`, {
    code: 'usage',
    hint: lines.join('\n'),
  })
}

function ofFile(file: string, key: string, parse: () => Rule): Rule {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof EvtError)) throw error
    const { code, hint, message } = error
    throw new EvtError(`${file}: ${key}: ${message}`, { code, hint, cause: error })
  }
}

function notTwice(): EvtError {
  return new EvtError('standard input is read once, and rules on flows read a second time', {
    code: 'usage',
    hint: 'write it to a file first',
  })
}

/** Windows are counted in one width. */
function checkWidths(rules: readonly Rule[]): void {
  const widths = new Map(
    rules.flatMap(({ scope }) => (scope.kind === 'windows' ? [[scope.widthUs, scope.text]] : [])),
  )
  if (widths.size < 2) return
  const texts = [...widths.values()].join(' and ')
  throw new EvtError(`rules are about windows of ${texts}: a run has windows of one width`, {
    code: 'usage',
    hint: 'check the others in a run of their own',
  })
}

/** The width of the windows that rules are about; null where none is. */
export function windowUsOf(rules: readonly Rule[]): number | null {
  const widths = rules.flatMap(({ scope }) => (scope.kind === 'windows' ? [scope.widthUs] : []))
  return widths[0] ?? null
}
