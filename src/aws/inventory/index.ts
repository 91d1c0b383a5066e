import { buckets } from './buckets.js'
import { buses } from './buses.js'
import { firehoses } from './firehoses.js'
import { functions } from './functions.js'
import { graphqlApis } from './graphql-apis.js'
import { httpApis } from './http-apis.js'
import type { Inventory } from './inquiry.js'
import { iotRules } from './iot-rules.js'
import { pipes } from './pipes.js'
import { queues } from './queues.js'
import { restApis } from './rest-apis.js'
import { roles } from './roles.js'
import { schedules } from './schedules.js'
import { stateMachines } from './state-machines.js'
import { streams } from './streams.js'
import { tables } from './tables.js'
import { topics } from './topics.js'

/** What is asked for what is wired to what, of each region. */
export const inventories: readonly Inventory[] = [
  ...[buses, pipes, topics, queues, streams, firehoses, tables, functions, buckets],
  ...[stateMachines, schedules, httpApis, restApis, graphqlApis, iotRules],
]

/** What is asked once an account. */
export const globalInventories: readonly Inventory[] = [roles]
