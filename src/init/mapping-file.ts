import { Document, isMap, Pair, parseDocument, Scalar, YAMLMap } from 'yaml'
import { EvtError } from '../errors.js'
import { pathText } from '../event/json-path.js'
import { saidWords } from '../event/rule.js'
import type { Proposal, ProposedLine, ProposedRule } from './proposal.js'

/* What a terminal would obey, or what nobody sees, and YAML would take as it is. */
const obeyed = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g

/**
 * The text of evt.yaml: a line for each guess, and beside it the evidence.
 *
 * @param before the file that is there: all that is not `events:` stays
 * @throws EvtError `usage` where that file is no YAML
 */
export function mappingText(
  { rules }: Pick<Proposal, 'rules'>,
  about: { header: string; file: string; before?: string | undefined },
): string {
  const document = about.before === undefined ? new Document(new YAMLMap()) : parsed(about)
  const events = new YAMLMap()
  for (const rule of rules) events.items.push(new Pair(text(rule.pattern), ruleNode(rule)))
  document.set('events', events)
  if (about.before === undefined) document.commentBefore = about.header
  return escaped(document.toString({ lineWidth: 0 }))
}

function parsed({ file, before = '' }: { file: string; before?: string | undefined }): Document {
  const document = parseDocument(before)
  const { contents, errors } = document
  if (errors.length === 0 && isMap(contents)) {
    // Comments have no place in the one line that `{}` is.
    contents.flow = false
    return document
  }
  if (errors.length === 0 && contents === null) return new Document(new YAMLMap())
  throw new EvtError(`${file} is no YAML mapping: nothing of it can be kept`, {
    code: 'usage',
    hint: 'move it away, or write elsewhere with --to FILE',
  })
}

function ruleNode(proposed: ProposedRule): YAMLMap {
  const rule = new YAMLMap()
  const entities = new YAMLMap()
  for (const line of proposed.lines) {
    const kind = /^entities\.(.*)$/s.exec(line.field)?.[1]
    if (kind === undefined) rule.items.push(new Pair(text(line.field), pathNode(line)))
    else entities.items.push(new Pair(text(kind), pathNode(line)))
  }
  for (const [name, word] of Object.entries(saidWords(proposed))) {
    rule.items.push(new Pair(text(name), text(word)))
  }
  if (entities.items.length > 0) rule.items.push(new Pair(text('entities'), entities))
  return rule
}

function pathNode({ path, explain }: ProposedLine): Scalar {
  const node = text(pathText(path))
  node.comment = ` ${explain}`
  return node
}

/** In double quotes where it holds what is to be escaped; the library knows when else. */
function text(value: string): Scalar<string> {
  const node = new Scalar(value)
  if (value.search(obeyed) >= 0) node.type = Scalar.QUOTE_DOUBLE
  return node
}

/** Such characters stand in double quotes alone, where an escape means the same. */
function escaped(yaml: string): string {
  return yaml.replace(
    obeyed,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
