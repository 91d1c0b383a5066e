import type { ResultRows } from '../../src/engines/engine.js'
import type { LagResult } from '../../src/lag/result.js'
import type { LoopsRun } from '../../src/loops/run.js'
import type { TraceResult } from '../../src/loops/trace-result.js'
import { lagTable } from '../../src/ui/lag-output.js'
import { loopsTable } from '../../src/ui/loops-output.js'
import { queryTable } from '../../src/ui/query-output.js'
import { momentText } from '../../src/ui/times.js'
import { traceTable } from '../../src/ui/trace-output.js'
import type { Causation } from './causation.js'
import type { Html } from './html.js'
import type { Made } from './page.js'
import { MOST_ROWS, tabularPage } from './tabular-page.js'
import { counted, marksOf, titleOf } from './whole.js'

/* Results that are rows, as pages. */

/** `evt lag -o html`. */
export function lagPage(result: LagResult, made: Made): Promise<string> {
  const { sources, findings, gaps, asOf, partial } = result
  const named = sources.map(({ source }) => source)
  const lost = gaps.map(({ source }) => source)
  const view = {
    ...{ kind: 'evt lag', title: titleOf(named.length > 0 ? named : lost) },
    ...{ marks: marksOf({ partial }), caption: 'How far behind', table: lagTable(result) },
    facts: [`as of ${momentText(asOf, made.timeZone, 8)} ${made.timeZone}`],
    statements: [...findings, ...gaps].map(({ source, explain }) => `${source}: ${explain}`),
  }
  return tabularPage(view, made)
}

/** `evt loops -o html`. */
export async function loopsPage(
  { result, graph }: Pick<LoopsRun, 'result' | 'graph'>,
  made: Made,
): Promise<string> {
  const { loops, searched, partial } = result
  const view = {
    ...{ kind: 'evt loops', title: titleOf(searched.sources), marks: marksOf({ partial }) },
    ...{ caption: 'Loops', table: loopsTable(result) },
    facts: [counted(searched.events, 'event'), counted(loops.length, 'loop')],
    statements: loops.map(({ explain }) => explain),
    sections: graph && graph.edges.length > 0 ? await causes({ graph, loops }) : [],
  }
  return tabularPage(view, made)
}

async function causes(causation: Causation): Promise<Html[]> {
  const { causationMap } = await import('./causation.js')
  return [causationMap(causation)]
}

/** `evt trace -o html`. */
export function tracePage(result: TraceResult, made: Made): Promise<string> {
  const { id, events, chains, partial, logs = [], xray, withoutLineage, gaps = [] } = result
  const view = {
    ...{ kind: 'evt trace', title: id, marks: marksOf({ partial }) },
    ...{ caption: 'Causes and effects', table: traceTable(result) },
    facts: [counted(events.length, 'event'), counted(chains.length, 'chain')],
    statements: [
      ...chains.flatMap(({ missingCause }) =>
        missingCause === null ? [] : [`the cause ${missingCause} was not found`],
      ),
      ...(withoutLineage > 0 ? [`trace headers without Lineage: ${withoutLineage}`] : []),
      ...gaps,
      ...logs.map(({ event, time, group, message }) => {
        return `${events[event]?.id ?? ''}   ${time}   ${group}: ${message}`
      }),
      ...(xray?.segments ?? []).map(({ event, time, name, durationMs, faults }) => {
        const took = durationMs === null ? 'not over' : `${durationMs} ms`
        return [events[event]?.id ?? '', time, 'X-Ray', name, took, ...faults].join('   ')
      }),
    ],
  }
  return tabularPage(view, made)
}

/** `evt query -o html`: its first rows, and how many there are.
 * @param isAsIs whether its columns are named by somebody else, so that units are not known */
export async function queryPage(
  { columns, chunks }: ResultRows,
  isPartial: () => boolean,
  { title, made, isAsIs }: { readonly title: string; readonly made: Made; isAsIs: boolean },
): Promise<string> {
  const rows: Parameters<typeof queryTable>[1][number][] = []
  let count = 0
  for await (const chunk of chunks) {
    rows.push(...chunk.slice(0, MOST_ROWS - rows.length))
    count += chunk.length
  }
  const view = {
    ...{ count, isAsIs },
    ...{ kind: 'evt query', title, marks: marksOf({ partial: isPartial() }), statements: [] },
    ...{ caption: 'Rows', table: queryTable(columns, rows), facts: [counted(count, 'row')] },
  }
  return tabularPage(view, made)
}
