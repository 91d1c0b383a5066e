import { Graph as Wiring } from '../../src/topology/graph.js'
import type { Topology, TopologyNode } from '../../src/topology/model.js'
import { markdownSafe } from '../../src/ui/markdown.js'
import { safeText } from '../../src/ui/safe-text.js'
import { shellQuoted } from '../../src/ui/shell-quote.js'
import type { Graph } from './graph.js'
import { isOfAccount, type Names } from './names.js'
import { type Around, onceMore, type Part } from './part.js'
import { parts } from './parts/index.js'
import { placeholdersIn } from './placeholder.js'

/** What is watched together, on a page of its own. */
export interface Section {
  /** `queue/orders`: how its alarms and its page are named. */
  readonly id: string
  /** `queue`. */
  readonly word: string
  readonly name: string
  readonly graphs: readonly Graph[]
  /** What it is and what to do, in Markdown. */
  readonly text: readonly string[]
  /** Lines to type, of the time that a page shows. */
  readonly commands?: readonly string[]
}

/** The resources of a topology that CloudWatch has metrics of. */
export function resourceSections(topology: Topology, names: Names): Section[] {
  const around: Around = { wiring: new Wiring(topology), names }
  const taken = new Set<string>()
  return parts.flatMap((part) =>
    topology.nodes
      .filter((node) => node.kind === part.kind && isOfAccount(node) && isWatched(node))
      .flatMap((node) => {
        const graphs = part.graphs(node, around)
        if (graphs.length === 0) return []
        const name = safeText(node.name)
        const id = onceMore(`${part.kind}/${name}`, taken)
        return [{ id, word: part.word, name, graphs, text: textOf(node, part, around) }]
      }),
  )
}

const MOST_NEIGHBOURS = 20

function textOf(node: TopologyNode, part: Part, around: Around): string[] {
  const { wiring, names } = around
  const ofNodes = (ids: readonly string[]) => {
    const known = [...new Set(ids)].flatMap((id) => wiring.node(id) ?? [])
    const shown = known.slice(0, MOST_NEIGHBOURS).map((one) => {
      return `${one.kind} ${markdownSafe(one.name)}`
    })
    const rest = known.length - shown.length
    return [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
  }
  const from = ofNodes(wiring.in(node.id).map((edge) => edge.from))
  const to = ofNodes(wiring.out(node.id).map((edge) => edge.to))
  return [
    `# ${part.word} ${markdownSafe(node.name)}`,
    ...(from === '' ? [] : [`from ${from}`]),
    ...(to === '' ? [] : [`to ${to}`]),
    '',
    ...part.runbook.map((line) => `* ${line}`),
    '',
    ...part.commands(names.of(node)).map(commandLine),
  ]
}

/** A line to type. What is not known yet is put in as it is. */
export function commandLine(words: readonly string[]): string {
  const quoted = words.map((word) => (placeholdersIn(word).length > 0 ? word : shellQuoted(word)))
  // A backtick would end the code.
  return `\`${quoted.join(' ').replaceAll('`', "'")}\``
}

/** What is only referred to may be of another account or region, and how long it keeps what it has
 * is not known. Of a bus, its rules are watched, and they are where they are declared. */
function isWatched({ kind, declared }: TopologyNode): boolean {
  return declared || kind === 'bus'
}
