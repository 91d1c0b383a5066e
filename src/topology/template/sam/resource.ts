import type { JsonObject } from '../../../event/event.js'

/** A resource of SAM. */
export interface SamResource {
  readonly id: string
  readonly properties: JsonObject
  /** Connectors that stand in it. */
  readonly connectors: JsonObject
}
