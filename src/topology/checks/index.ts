import type { Graph } from '../graph.js'
import type { Finding } from '../model.js'
import { callsBack } from './calls-back.js'
import { cycles } from './cycles.js'
import { fanOut } from './fan-out.js'
import { observed } from './observed.js'
import { passedOn } from './passed-on.js'
import { permissions } from './permissions.js'
import { queues } from './queues.js'
import { nearQuotas } from './quotas.js'
import { references } from './references.js'
import { retention } from './retention.js'
import { rules } from './rules.js'
import { streams } from './streams.js'
import { thirdBuses } from './third-bus.js'
import { unread } from './unread.js'

/** What evt.yaml says of findings. */
interface CheckSettings {
  /** Deliveries of one event that are no finding. */
  readonly fanOut?: number | undefined
}

type Check = (graph: Graph, settings: CheckSettings) => Finding[]

/** What `evt topology check` looks for. Add one: a file and a line here. */
export const checks: readonly Check[] = [
  ...[cycles, references, permissions, rules, nearQuotas, queues, streams, unread, observed],
  ...[passedOn, callsBack, retention, thirdBuses],
  (graph, settings) => fanOut(graph, settings.fanOut),
]
