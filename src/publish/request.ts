import type { StatsRequest } from '../stats/request.js'
import type { Dimensions } from './datum.js'
import type { By } from './own-types.js'

/** How figures are told. */
export interface Telling {
  /** Undefined: that of evt.yaml, else `Evt`. */
  namespace: string | undefined
  dimensions: Dimensions
  mostTypes: number
  /** What they are: types, or keys or entities. */
  by: By
  windowUs: number
  /** What takes longer is late, or lost. */
  graceUs: number
  resend: boolean
  /** Undefined: one in the cache for what is published here. */
  journal: string | undefined
  /** Who is told in place of CloudWatch, by OTLP. */
  otlp: string | undefined
  /** Of evt. */
  version: string
  nowMs(): number
}

export interface PublishRequest extends StatsRequest, Telling {
  allowLate: boolean
  /** Whether nobody is told by evt, but by whoever reads its output. */
  isPrinted: boolean
  /** What was sent: SOURCEs. None: nobody knows what was lost. */
  sent: readonly string[]
  /** Whether loops are looked for, which reads the archive again. */
  loops: boolean
}
