import { markdownSafe } from '../../src/ui/markdown.js'
import type { Alarm, Graph, Series } from './graph.js'
import { isFormula } from './graph.js'
import type { Section } from './section.js'

/** Lines that one graph of an overview can have and still be read. */
const LINES_A_GRAPH = 40

/** What has alarms, of all sections of one word: a line each, on one graph for each alarm. */
export function overviewGraphs(sections: readonly Section[]): Graph[] {
  const groups = new Map<string, { graph: Graph; alarm: Alarm; series: Series }[]>()
  for (const { word, name, graphs } of sections) {
    for (const graph of graphs) {
      for (const alarm of graph.alarms) {
        const key = `${word}: ${alarm.what}`
        const label = alarm.of === undefined ? name : `${name} ${alarm.of}`
        const series = { ...alarm.series, label }
        const group = groups.get(key) ?? []
        group.push({ graph, alarm, series })
        groups.set(key, group)
      }
    }
  }
  return [...groups].flatMap(([title, group]) => {
    const [first] = group
    if (!first) return []
    return Array.from({ length: Math.ceil(group.length / LINES_A_GRAPH) }, (_, n): Graph => {
      const part = group.slice(n * LINES_A_GRAPH, (n + 1) * LINES_A_GRAPH)
      return {
        title: n === 0 ? title : `${title} (${n + 1})`,
        series: part.map(({ series }) => series),
        periodS: first.graph.periodS,
        unit: first.graph.unit,
        alarms: haveOneLine(part.map(({ alarm }) => alarm)) ? [first.alarm] : [],
      }
    })
  })
}

/** Queues that keep messages for different times have no line in common. */
function haveOneLine(alarms: readonly Alarm[]): boolean {
  const [first] = alarms
  return alarms.every(
    (each) =>
      each.kind === 'static' &&
      first?.kind === 'static' &&
      each.threshold === first.threshold &&
      !isFormula(each.series),
  )
}

const MOST_LINKS = 200

/** Where the pages of the sections are. */
export function links(
  sections: readonly Section[],
  nameOf: (section: Section) => string,
): string[] {
  const words = [...new Set(sections.map(({ word }) => word))]
  const shown = sections.slice(0, MOST_LINKS)
  const rest = sections.length - shown.length
  const lines = words.flatMap((word) => {
    const ofWord = shown.filter((section) => section.word === word)
    if (ofWord.length === 0) return []
    const all = ofWord.map((section) => {
      return `[${markdownSafe(section.name)}](#dashboards:name=${nameOf(section)})`
    })
    return [`* ${word}: ${all.join(', ')}`]
  })
  return [...lines, ...(rest > 0 ? [`* and ${rest} more pages`] : [])]
}
