import { EvtError } from '../../errors.js'
import type { JsonValue } from '../../event/event.js'
import { parsePattern } from '../../event/pattern.js'
import type { Graph } from '../graph.js'
import { areApart, withoutUnknown } from '../meeting.js'
import type { Finding, TopologyEdge, TopologyNode } from '../model.js'

/** Quotas of EventBridge; the second can be raised. */
const MOST_TARGETS = 5
const MOST_RULES = 300

export function rules(graph: Graph): Finding[] {
  const declared = graph.declared('rule').filter(({ facts }) => !facts.isDisabled)
  return [...declared.flatMap((rule) => ofRule(graph, rule)), ...tooManyRules(graph)]
}

function ofRule(graph: Graph, rule: TopologyNode): Finding[] {
  const targets = graph.out(rule.id).filter(({ via }) => via === 'target')
  const patterns = graph.in(rule.id).filter(({ via }) => via === 'rule')
  const found: Finding[] = patterns.flatMap((edge) => ofPattern(graph, edge))
  if (targets.length === 0) {
    found.push({
      ...{ id: 'ruleWithoutTargets', severity: 'warning', on: rule.id, witnesses: [rule.id] },
      explanation: `${rule.id} has no target: what it matches goes nowhere.`,
      fix: 'give it a target, or remove it',
    })
  }
  if (targets.length > MOST_TARGETS) {
    found.push({
      ...{ id: 'tooManyTargets', severity: 'error', on: rule.id },
      explanation: `${rule.id} has ${targets.length} targets; a rule takes ${MOST_TARGETS}.`,
      fix: 'divide them among several rules of the same pattern, or send to a topic',
      witnesses: targets.map(({ to }) => to),
    })
  }
  for (const { to, facts } of targets) {
    if (facts.hasDlq !== false) continue
    found.push({
      ...{ id: 'targetWithoutDlq', severity: 'warning', on: rule.id },
      explanation:
        `${rule.id} keeps nothing of what ${to} does not take: after 24 hours and 185 tries it ` +
        'is lost.',
      fix: `give the target a DeadLetterConfig with the ARN of a standard queue`,
      witnesses: [`${rule.id} > ${to}`],
    })
  }
  return found
}

function ofPattern(graph: Graph, { from, to, when }: TopologyEdge): Finding[] {
  const on = { on: to, witnesses: [`${from} > ${to}`] }
  const fault = faultOf(when)
  if (fault !== undefined) {
    return [
      {
        ...{ id: 'invalidPattern', severity: 'error', ...on },
        explanation: `the pattern of ${to} is none that EventBridge takes: ${fault}.`,
        fix: 'correct it; evt help filters says what a pattern is',
      },
    ]
  }
  if (takesAll(when)) {
    return [
      {
        ...{ id: 'catchAllRule', severity: 'warning', ...on },
        explanation: `${to} takes every event of ${from}, those that come later as well.`,
        fix: 'name the sources and types that it is for; to keep all events, make an archive',
      },
    ]
  }
  return ofAwsElsewhere(graph, { from, to, when }, on)
}

/** Events of AWS's services come to the default bus, and to no other by themselves; those of a
 * partner to their own. */
function ofAwsElsewhere(
  graph: Graph,
  { from, when }: Pick<TopologyEdge, 'from' | 'to' | 'when'>,
  on: Pick<Finding, 'on' | 'witnesses'>,
): Finding[] {
  const bus = graph.node(from)
  if (!bus?.declared || /^default(@|$)/.test(bus.name)) return []
  const isFed = graph.in(from).some(({ sends }) => !areApart(sends, when))
  if (isFed) return []
  if (bus.name.startsWith('aws.partner/')) return [ofPartnerElsewhere(from, on)]
  if (!hasOnlyAws(when)) return []
  return [
    {
      ...{ id: 'ruleMatchesNothing', severity: 'warning', ...on },
      explanation:
        `${on.on} waits at ${from} for events of AWS's services, which come to the default bus ` +
        'alone; nothing here sends them on.',
      fix: 'put the rule on the default bus, or one there that has this bus as its target',
    },
  ]
}

/** To a partner bus nobody sends but the partner. */
function ofPartnerElsewhere(from: string, on: Pick<Finding, 'on' | 'witnesses'>): Finding {
  return {
    ...{ id: 'ruleMatchesNothing', severity: 'warning', ...on },
    explanation:
      `${on.on} waits at ${from} for events of another source than that which the bus is named ` +
      'after, and nobody else sends there.',
    fix: 'match the source of the partner, or put the rule on the bus that its events come to',
  }
}

function hasOnlyAws(when: JsonValue): boolean {
  const source = isObject(when) ? when['source'] : undefined
  if (!Array.isArray(source) || source.length === 0) return false
  return source.every((one) => typeof one === 'string' && /^aws\.(?!partner)/.test(one))
}

/** Whether every event that EventBridge delivers matches, by what all of them have. */
function takesAll(when: JsonValue): boolean {
  if (!isObject(when)) return when === null
  return Object.entries(when).every(([key, tests]) => {
    if (!Array.isArray(tests)) return false
    const isAny = tests.some((test) => {
      if (!isObject(test)) return key === 'version' && test === '0'
      return test['prefix'] === '' || test['wildcard'] === '*' || test['exists'] === true
    })
    return isAny && always.has(key)
  })
}

const always = new Set(['source', 'detail-type', 'account', 'region', 'time', 'id', 'version'])

/** Undefined for a pattern that can be read. What a deployment decides, such as a parameter, may
 * be right. */
function faultOf(when: JsonValue): string | undefined {
  const known = withoutUnknown(when)
  const isAnyLeft = known !== undefined && !(isObject(known) && Object.keys(known).length === 0)
  const text = JSON.stringify(isAnyLeft ? known : when)
  if (!isAnyLeft && text.includes('${')) return undefined
  try {
    parsePattern(text)
    return undefined
  } catch (error) {
    if (error instanceof EvtError) return error.message
    throw error
  }
}

function tooManyRules(graph: Graph): Finding[] {
  return graph.declared('bus').flatMap((bus) => {
    const rules = graph.out(bus.id).filter(({ via }) => via === 'rule')
    const count = new Set(rules.map(({ to }) => to)).size
    if (count <= MOST_RULES) return []
    return [
      {
        ...{ id: 'tooManyRules', severity: 'warning' as const, on: bus.id, witnesses: [bus.id] },
        explanation: `${bus.id} has ${count} rules; a bus takes ${MOST_RULES} by default.`,
        fix: 'have the quota raised, or divide the rules among several buses',
      },
    ]
  })
}

function isObject(value: JsonValue): value is Record<string, JsonValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
