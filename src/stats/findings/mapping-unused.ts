import { createUnwrapper } from '../../envelopes/layers.js'
import { complete } from '../../envelopes/missing.js'
import { compileChain } from '../../envelopes/plan.js'
import { presetEnvelopes } from '../../envelopes/presets.js'
import type { JsonObject } from '../../event/event.js'
import { UNKNOWN_TYPE } from '../../event/event.js'
import { scalarText } from '../../event/json.js'
import { type JsonPath, pathText, valueAt } from '../../event/json-path.js'
import { isFor, type Mapping, type MappingRule } from '../../event/mapping.js'
import { existingPaths } from './existing-paths.js'
import type { Draft, Evidence } from './finding.js'
import { surveyByType } from './per-type.js'
import { counted, listed } from './phrases.js'
import { sampledRows } from './sample.js'

/** Mapped paths that lead to nothing in any event: mostly a slip of the pen. */
export async function mappingsUnused(evidence: Evidence): Promise<Draft[]> {
  const { mapping, deliveries, grounds, rereader, signal } = evidence
  if (mapping.rules.length === 0 || signal.aborted) return []
  const rows = sampledRows(deliveries, grounds.survey, rereader)
  const documents = await documentsOf(await rereader.records(rows), evidence)
  if (documents.length === 0) return []
  const isAll = documents.length === deliveries.total
  return [...unusedPaths(evidence, documents, isAll), ...unusedRules(evidence, documents, isAll)]
}

/** An event as the mapping meets it. */
interface Met {
  /** What selects the rules. */
  type: string
  document: JsonObject
}

async function documentsOf(
  records: Awaited<ReturnType<Evidence['rereader']['records']>>,
  { mapping: { typePath }, presets, outside }: Evidence,
): Promise<Met[]> {
  const unwrap = createUnwrapper(presetEnvelopes(presets), outside)
  const found: Met[] = []
  for (const { value } of records) {
    for (const unwrapped of await complete(() => unwrap(value))) {
      const document = unwrapped.ok ? unwrapped.documents.at(-1) : undefined
      if (!unwrapped.ok || !document) continue
      const chain = compileChain(unwrapped.envelopes, typePath)
      found.push({ type: scalarText(chain.type(unwrapped.documents)) ?? UNKNOWN_TYPE, document })
    }
  }
  return found
}

interface Use {
  field: string
  path: JsonPath
  met: Met[]
  matched: number
}

function unusedPaths(evidence: Evidence, documents: readonly Met[], isAll: boolean): Draft[] {
  const uses = new Map<string, Use>()
  for (const met of documents) {
    for (const [field, path] of mappedPaths(evidence.mapping, met.type)) {
      const name = `${field}=${pathText(path)}`
      const use = uses.get(name) ?? { field, path, met: [], matched: 0 }
      uses.set(name, use)
      use.met.push(met)
      if (scalarText(valueAt(met.document, path)) !== null) use.matched += 1
    }
  }
  return [...uses.values()]
    .filter(({ matched }) => matched === 0)
    .flatMap((use) => {
      const seen = isAll || knownUnused(evidence, use)
      return seen === null ? [] : [pathDraft(evidence, use, seen)]
    })
}

/**
 * What all deliveries tell of a path that no sampled event has: true where no event has it, false
 * where nobody knows, null where some event has it after all. Mapped keys and sequences are found
 * at their path or nowhere.
 */
function knownUnused(evidence: Evidence, { field, path }: Use): boolean | null {
  if (field !== 'key' && field !== 'sequence') return false
  const { deliveries, mapping, grounds } = evidence
  if (hasTypesByType(mapping)) return false
  const groups = deliveries.groups.map(({ type }) => {
    const mapped = mapping.mappingFor(type).fields[field]
    return mapped !== undefined && pathText(mapped) === pathText(path)
  })
  const isFound = groups.some((has, n) => {
    const seen = grounds.survey.groups[n]
    if (!has || !seen) return false
    return field === 'sequence' ? seen.noSequence < seen.events : seen.noKey < seen.events
  })
  return isFound ? null : true
}

/** Rules that choose a type of their own: then a reported type does not tell which rules it has. */
export function hasTypesByType({ rules }: Mapping): boolean {
  return rules.some(({ prefix, exact, mapping }) => mapping.fields.type && (prefix !== '' || exact))
}

function pathDraft(evidence: Evidence, { field, path, met }: Use, isAll: boolean): Draft {
  const who = isAll ? 'no event has' : `none of ${counted(met.length, 'event')} looked at has`
  const rules = evidence.mapping.rules.filter(({ mapping }) => isIn(mapping, field, path))
  const where = rules.every(({ prefix, exact }) => prefix === '' && !exact)
    ? ''
    : ` of ${listed(rules.map(patternText))}`
  const paths = existingPaths(
    met.map(({ document }) => document),
    path,
  )
  const exist = paths.length === 0 ? '' : ` Paths that do exist: ${paths.join(', ')}.`
  const count = surveyByType(evidence)
    .filter(({ type }) => met.some((each) => each.type === type))
    .reduce((sum, { events }) => sum + events, 0)
  return {
    kind: 'mappingUnused',
    type: null,
    source: null,
    severity: 'warning',
    count: count || met.length,
    weight: count || met.length,
    explain: `${field}${where} is mapped to ${pathText(path)}, which ${who}.${exist}`,
  }
}

function isIn(rule: MappingRule['mapping'], field: string, path: JsonPath): boolean {
  return ruleEntries(rule).some(
    ([name, other]) => name === field && pathText(other) === pathText(path),
  )
}

function mappedPaths(mapping: Mapping, type: string): [string, JsonPath][] {
  return ruleEntries(mapping.mappingFor(type))
}

/** The paths of a rule, by field; `entities.KIND` are fields. */
export function ruleEntries({
  fields,
  entities,
}: Pick<MappingRule['mapping'], 'fields' | 'entities'>) {
  const entries: [string, JsonPath][] = Object.entries(fields)
  for (const { kind, path } of entities) entries.push([`entities.${kind}`, path])
  return entries
}

/** As it stands in evt.yaml. */
export function patternText({ prefix, exact }: MappingRule): string {
  return JSON.stringify(exact ? prefix : `${prefix}*`)
}

/** Rules for types that there are none of. */
function unusedRules(evidence: Evidence, documents: readonly Met[], isAll: boolean): Draft[] {
  const { mapping, deliveries } = evidence
  if (!isAll && hasTypesByType(mapping)) return []
  const types = new Set([
    ...(hasTypesByType(mapping) ? [] : deliveries.groups.map(({ type }) => type)),
    ...documents.map(({ type }) => type),
  ])
  const unused = mapping.rules.filter((rule) => ![...types].some((type) => isFor(rule, type)))
  return unused.map((rule) => ({
    kind: 'mappingUnused',
    type: null,
    source: null,
    severity: 'warning',
    count: 0,
    weight: 0,
    explain:
      `The mapping of ${patternText(rule)} is for no event: the types are ` +
      `${listed([...types].sort())}.`,
  }))
}
