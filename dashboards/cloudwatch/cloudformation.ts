import type { JsonObject, JsonValue } from '../../src/event/event.js'
import type { Alarms } from './alarms.js'
import type { Unnamed } from './names.js'
import type { Page } from './page.js'
import { filled, placeholdersIn, REGION } from './placeholder.js'

/** A template takes no more. */
export const MOST_RESOURCES = 500
export const MOST_PARAMETERS = 200
/** Of a template in S3. */
export const MOST_BYTES = 1_000_000

/** Dashboards and alarms as a template of CloudFormation; what is not known is a parameter. */
export function cloudformation(
  { pages, alarms }: { readonly pages: readonly Page[]; readonly alarms: Alarms | undefined },
  unnamed: readonly Unnamed[],
): JsonObject {
  const ids = logicalIds()
  const alarmIds = new Map<string, string>()
  const resources: [string, JsonValue][] = pages.map(({ name, body }) => [
    ids('Dashboard', name),
    {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: {
        DashboardName: name,
        DashboardBody: {
          'Fn::Sub': JSON.stringify(filled(body as unknown as JsonValue, substituted, escaped)),
        },
      },
    },
  ])
  for (const alarm of alarms?.metric ?? []) {
    const id = ids('Alarm', alarm.AlarmName)
    alarmIds.set(alarm.AlarmName, id)
    const Properties = withParameters(alarm as unknown as JsonValue)
    resources.push([id, { Type: 'AWS::CloudWatch::Alarm', Properties }])
  }
  for (const alarm of alarms?.composite ?? []) {
    const id = ids('Composite', alarm.AlarmName)
    alarmIds.set(alarm.AlarmName, id)
    const DependsOn = childrenOf(alarm.AlarmRule).flatMap((name) => alarmIds.get(name) ?? [])
    const Properties = alarm as unknown as JsonValue
    resources.push([id, { Type: 'AWS::CloudWatch::CompositeAlarm', DependsOn, Properties }])
  }
  const used = new Set(placeholdersIn([pages, alarms ?? null] as unknown as JsonValue))
  const parameters = unnamed
    .filter(({ parameter }) => used.has(parameter))
    .map(({ parameter, what, kind, at }) => {
      return [parameter, { Type: 'String', Description: `the ${what} of the ${kind} ${at}` }]
    })
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: 'Dashboards and alarms, made by evt',
    ...(parameters.length > 0 ? { Parameters: Object.fromEntries(parameters) } : {}),
    Resources: Object.fromEntries(resources),
  }
}

/** The alarms that a rule names. */
export function childrenOf(rule: string): string[] {
  return [...rule.matchAll(/ALARM\("([^"]+)"\)/g)].map(([, name = '']) => name)
}

const substituted = (parameter: string) =>
  parameter === REGION ? `\${AWS::Region}` : `\${${parameter}}`

/** What Fn::Sub leaves as it is. */
const escaped = (plain: string) => plain.replaceAll('${', '${!')

/** Texts with parameters in them become Fn::Sub, all others stay as they are. */
function withParameters(value: JsonValue): JsonValue {
  if (typeof value === 'string') {
    const isPlain = placeholdersIn(value).length === 0
    return isPlain ? value : { 'Fn::Sub': filled(value, substituted, escaped) }
  }
  if (Array.isArray(value)) return value.map(withParameters)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, withParameters(inner)])
  return Object.fromEntries(entries)
}

const MOST_ID_CHARACTERS = 200

/** Logical ids: letters and digits, each once. */
function logicalIds(): (word: string, name: string) => string {
  const taken = new Set<string>()
  return (word, name) => {
    const letters = name.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])?/g, (_, __, letter = '') =>
      letter.toUpperCase(),
    )
    const base = `${word}${letters}`.slice(0, MOST_ID_CHARACTERS)
    let id = base
    for (let n = 2; taken.has(id); n++) id = `${base}x${n}`
    taken.add(id)
    return id
  }
}
