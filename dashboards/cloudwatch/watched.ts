import type { Slo } from '../../src/config/slo.js'
import { withoutSecrets } from '../../src/event/shown-url.js'
import type { Topology } from '../../src/topology/model.js'
import { markdownSafe } from '../../src/ui/markdown.js'
import { safeText } from '../../src/ui/safe-text.js'
import { evtGraphs, type Published } from './evt-graphs.js'
import { Names, type Unnamed } from './names.js'
import { SHOWN_HOURS } from './page.js'
import { commandLine, resourceSections, type Section } from './section.js'
import { type SloGraph, sloGraph } from './slo-graphs.js'

/** What dashboards and alarms are made of. */
export interface Description {
  readonly topology: Topology | undefined
  /** Physical names by logical id, where a template has none. */
  readonly names: ReadonlyMap<string, string>
  /** Undefined: evt publishes nothing. */
  readonly published: Published | undefined
  readonly slos: Readonly<Record<string, Slo>>
  /** Where the events are; none: nobody said. */
  readonly sources?: readonly string[] | undefined
}

/** The same for dashboards and alarms. */
export interface Watched {
  readonly sections: readonly Section[]
  /** What evt publishes; undefined where it publishes nothing. */
  readonly evt: Section | undefined
  readonly slos: readonly SloGraph[]
  readonly published: Published | undefined
  readonly unnamed: readonly Unnamed[]
}

export function watchedOf({
  topology,
  names: given,
  published,
  slos,
  sources,
}: Description): Watched {
  const names = new Names(topology ?? { nodes: [] }, given)
  const ofSlos = published
    ? Object.entries(slos).map(([name, slo]) => sloGraph(name, slo, published))
    : []
  return {
    sections: topology ? resourceSections(topology, names) : [],
    evt: published ? evtSection(published, sources) : undefined,
    ...{ slos: ofSlos, published, unnamed: names.unnamed },
  }
}

/** What stdin held cannot be read again. */
function evtCommands(sources: readonly string[] = []): string[] {
  const known = sources
    .filter((source) => source !== '-')
    .map((source) => safeText(withoutSecrets(source)))
  const named = known.length > 0 ? known : ['SOURCE']
  const asked = [['stats'], ['query', 'latency/slowest'], ['loops']]
  const since = ['--since', `${SHOWN_HOURS}h`]
  return asked.map((words) => commandLine(['evt', ...words, ...named, ...since]))
}

function evtSection(published: Published, sources?: readonly string[]): Section {
  const { namespace } = published
  const commands = evtCommands(sources)
  return {
    commands,
    ...{ id: 'events', word: 'events', name: namespace, graphs: evtGraphs(published) },
    text: [
      `## What evt measures (namespace ${markdownSafe(namespace)})`,
      '* Latency grows for one type: its consumer or its path. For all: what they share.',
      '* Duplicates: a producer that tries again, or a consumer that does not delete in time.',
      '* Out of order: events of one key over several paths, or a producer with several clocks.',
      '* Fewer deliveries than usual: look at the producers, then at the rules between.',
      '',
      ...commands,
    ],
  }
}
