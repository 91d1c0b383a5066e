import { readers as buses } from './buses.js'
import { readers as functions } from './functions.js'
import { readers as messages } from './messages.js'
import { readers as policies } from './policies.js'
import type { Reader } from './reader.js'
import { readers as stateMachines } from './state-machines.js'
import { readers as streams } from './streams.js'

/** By type of a resource, who reads it. */
export const readers: Readonly<Record<string, Reader>> = {
  ...buses,
  ...messages,
  ...streams,
  ...functions,
  ...stateMachines,
  ...policies,
}
