import { readers } from './readers/index.js'
import type { Resource } from './template/stack.js'
import type { Wiring } from './wiring.js'

/** Makes nodes and edges of resources: all are declared before any is wired. */
export function read(resources: readonly Resource[], wiring: Wiring): void {
  for (const resource of resources) {
    const node = readers[resource.type]?.node?.(resource)
    if (node) wiring.declare(resource, node.kind, node)
  }
  for (const resource of resources) readers[resource.type]?.wire?.(resource, wiring)
  for (const resource of resources) readers[resource.type]?.settle?.(resource, wiring)
}
