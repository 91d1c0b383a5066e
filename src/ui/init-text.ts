import { pathText } from '../event/json-path.js'
import { saidWords } from '../event/rule.js'
import type { Proposal, ProposedRule } from '../init/proposal.js'
import { counted } from '../stats/findings/phrases.js'
import { asciiText } from './ascii.js'
import { countText } from './numbers.js'
import { safeText } from './safe-text.js'
import { jsonText } from './stats-json.js'
import type { TextStyle } from './style.js'
import { padded, shortened, widthOf } from './width.js'
import { flowed, wrapped } from './wrapped.js'

/** What `evt init` found, as far as it is shown. */
export interface InitView {
  readonly sources: readonly string[]
  readonly sampled: {
    readonly objects: number
    readonly objectsTotal: number
    readonly records: number
    readonly undecodable: number
  }
  readonly proposal: Proposal
  readonly file: string
}

const MOST_PATH_COLUMNS = 60

/** What was sampled, each guess with its evidence, and what is left open; without a line end. */
export function initText({ sources, sampled, proposal }: InitView, style: TextStyle): string {
  const lines = proposal.rules.flatMap((rule) => ['', ...ruleLines(rule, proposal, style)])
  const { given, missing } = proposal
  const open = [
    ...listed('from the wrapping  ', given, style),
    ...listed('nothing found      ', missing, style),
  ]
  const text = [
    ...headline(sources, sampled, proposal, style),
    ...lines,
    ...(open.length > 0 ? ['', ...open] : []),
  ].join('\n')
  return style.unicode ? text : asciiText(text)
}

function listed(title: string, fields: readonly string[], { width }: TextStyle): string[] {
  if (fields.length === 0) return []
  const lines = wrapped(fields.join(', '), width - title.length)
  return lines.map((line, n) => (n === 0 ? title : ' '.repeat(title.length)) + line)
}

function headline(
  sources: readonly string[],
  { objects, objectsTotal, records, undecodable }: InitView['sampled'],
  { wrappings, events, types }: Proposal,
  style: TextStyle,
): string[] {
  const all = objects === objectsTotal ? '' : ` of ${countText(objectsTotal)}`
  const entries = events + undecodable
  const held = entries === records ? '' : ` with ${counted(entries, 'entry', 'entries')}`
  const objectWord = objectsTotal === 1 ? 'object' : 'objects'
  const parts = [
    shortened(safeText(sources.join(' ')), Math.min(60, style.width - 20)),
    `${counted(records, 'record')}${held} sampled in ${countText(objects)}${all} ${objectWord}`,
    ...(undecodable > 0 ? [`${countText(undecodable)} undecodable`] : []),
    counted(types, 'type'),
    Object.keys(wrappings).join(', '),
  ]
  return flowed(parts, { width: style.width, gap: '   ', indent: '  ' })
}

/** The evidence stands beside the path where there is room for it in all lines, else below. */
function ruleLines(rule: ProposedRule, { rules }: Proposal, style: TextStyle): string[] {
  const all = rules.flatMap(({ lines }) => lines)
  const pathOf = ({ path }: { path: (typeof all)[number]['path'] }) =>
    shortened(safeText(pathText(path)), MOST_PATH_COLUMNS)
  const fields = Math.max(...all.map(({ field }) => widthOf(field)))
  const paths = Math.max(...all.map((line) => widthOf(pathOf(line))))
  const longest = Math.max(...all.map(({ explain }) => widthOf(explain)))
  const isWide = 2 + fields + 2 + paths + 2 + longest <= style.width
  const lines = rule.lines.flatMap((line) => {
    const start = `  ${padded(line.field, fields, 'left')}  `
    if (isWide) return [`${start}${padded(pathOf(line), paths, 'left')}  ${line.explain}`]
    const indent = ' '.repeat(4)
    const below = wrapped(line.explain, style.width - indent.length)
    return [`${start}${pathOf(line)}`, ...below.map((text) => indent + text)]
  })
  return [shortened(safeText(JSON.stringify(rule.pattern)), style.width), ...lines]
}

/** `evt.init/1`, on one line. */
export function initJson(view: InitView, written: boolean): string {
  const { sources, sampled, proposal, file } = view
  const { rules, given, missing, wrappings, events, types } = proposal
  return jsonText({
    schema: 'evt.init/1',
    sources,
    sampled: { ...sampled, events, types },
    wrappings,
    mapping: { events: Object.fromEntries(rules.map((rule) => [rule.pattern, mappingOf(rule)])) },
    evidence: rules.flatMap(({ pattern, lines }) =>
      lines.map(({ field, path, explain, figures }) => {
        return { pattern, field, path: pathText(path), explain, figures }
      }),
    ),
    given,
    missing,
    file,
    written,
  })
}

/** A rule as it stands in evt.yaml. */
function mappingOf({ lines, ...words }: ProposedRule): Record<string, unknown> {
  const isEntity = (field: string) => field.startsWith('entities.')
  const paths = lines.map(({ field, path }): [string, string] => [field, pathText(path)])
  const entities = paths.filter(([field]) => isEntity(field))
  return {
    ...Object.fromEntries(paths.filter(([field]) => !isEntity(field))),
    ...saidWords(words),
    ...(entities.length > 0 && {
      entities: Object.fromEntries(
        entities.map(([field, path]) => [field.slice('entities.'.length), path]),
      ),
    }),
  }
}
