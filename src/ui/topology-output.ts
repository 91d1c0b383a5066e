import type { TopologyResult } from '../topology/model.js'
import { markdownText } from './markdown.js'
import { jsonText } from './stats-json.js'
import { ended } from './stats-output.js'
import type { TextStyle } from './style.js'
import type { Tabular } from './tabular.js'
import { topologyDot, topologyMermaid } from './topology-graph.js'
import { topologyText } from './topology-text.js'

export type TopologyFormat = 'text' | 'json' | 'markdown' | 'mermaid' | 'dot'

/** The result as it goes to stdout, its last line end included. */
export function renderTopology(
  result: TopologyResult,
  format: TopologyFormat,
  style: TextStyle,
): string {
  switch (format) {
    case 'text':
      return ended(topologyText(result, style))
    case 'json':
      return ended(jsonText(result))
    case 'mermaid':
      return ended(topologyMermaid(result))
    case 'dot':
      return ended(topologyDot(result))
    case 'markdown': {
      const drawn = `\`\`\`mermaid\n${topologyMermaid(result)}\n\`\`\``
      return ended(`${drawn}\n\n${markdownText(edgesTable(result))}`)
    }
  }
}

function edgesTable({ edges, schema }: TopologyResult): Tabular {
  return {
    columns: ['from', 'via', 'to', 'when'].map((name) => ({ name, type: 'text' as const })),
    rows: edges.map(({ from, via, to, when }) => {
      const chosen = typeof when === 'string' ? when : JSON.stringify(when)
      return [from, via, to, when === null ? null : chosen]
    }),
    metadata: { schema },
  }
}
