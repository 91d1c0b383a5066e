import type { Graph } from '../graph.js'
import type { Finding } from '../model.js'
import { cycles } from './cycles.js'
import { observed } from './observed.js'
import { permissions } from './permissions.js'
import { queues } from './queues.js'
import { nearQuotas } from './quotas.js'
import { references } from './references.js'
import { rules } from './rules.js'
import { streams } from './streams.js'
import { unread } from './unread.js'

/** What `evt topology check` looks for. Add one: a file and a line here. */
export const checks: readonly ((graph: Graph) => Finding[])[] = [
  ...[cycles, references, permissions, rules, nearQuotas, queues, streams, unread, observed],
]
