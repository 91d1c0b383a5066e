import type { Part } from '../part.js'
import { bus } from './bus.js'
import { firehose } from './firehose.js'
import { lambda } from './function.js'
import { pipe } from './pipe.js'
import { queue } from './queue.js'
import { stateMachine } from './state-machine.js'
import { stream } from './stream.js'
import { table } from './table.js'
import { topic } from './topic.js'

/** In the order in which they stand on an overview. */
export const parts: readonly Part[] = [
  ...[bus, queue, topic, stream, lambda, stateMachine, pipe, table, firehose],
]
