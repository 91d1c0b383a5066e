import { buckets } from './buckets.js'
import { buses } from './buses.js'
import { firehoses } from './firehoses.js'
import { functions } from './functions.js'
import type { Inventory } from './inquiry.js'
import { pipes } from './pipes.js'
import { queues } from './queues.js'
import { roles } from './roles.js'
import { stateMachines } from './state-machines.js'
import { streams } from './streams.js'
import { tables } from './tables.js'
import { topics } from './topics.js'

/** What is asked for what is wired to what, of each region. */
export const inventories: readonly Inventory[] = [
  ...[buses, pipes, topics, queues, streams, firehoses, tables, functions, buckets],
  stateMachines,
]

/** What is asked once an account. */
export const globalInventories: readonly Inventory[] = [roles]
