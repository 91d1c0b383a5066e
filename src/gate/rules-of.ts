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
export function rulesOf(typed: readonly string[], config: Config): Rule[] {
  const { checks = [], expect = [], flows = {}, file = 'evt.yaml' } = config
  const rules = [
    ...typed.map(parseRule),
    ...checks.map((text) => ofFile(file, 'checks', () => parseRule(text))),
    ...expect.map((type) => ofFile(file, 'expect', () => parseRule(`expect ${type}`))),
  ]
  if (rules.length === 0) {
    throw new EvtError('there is no rule to judge by', {
      code: 'usage',
      hint: 'write --rule "latency.p99 < 500ms", or checks: in evt.yaml\nevt help rules',
    })
  }
  checkWidths(rules)
  for (const { scope } of rules) {
    if (scope.kind === 'flow') checkFlows(new Map([['flows', null]]), flows, scope.name)
  }
  return rules
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
