import type { RecordValue } from '../envelopes/decode.js'
import type { Decoded } from '../event/event.js'
import type { Mapping } from '../event/mapping.js'

/** Of whom, and how events are read. */
interface WithheldOf {
  /** As `kind:id`: some of those whom the text is about. */
  readonly entities: readonly string[]
  readonly mapping: Mapping
  decode(record: RecordValue): Decoded[]
  /** Of types that are kept as they are; none where nothing says so. */
  isHeld?(type: string): boolean
}

/** What is left of a text without somebody. */
export interface Withheld {
  /** Null: nothing is. */
  readonly text: string | null
  /** Whether some of it could not be changed. */
  readonly isLeft: boolean
}

/** Takes somebody who was erased out of what comes again, as evt gdpr erase does where no mode is
 * named: an event that is about nobody else goes, in another one their fields become null. */
export type Withhold = (text: string, of: WithheldOf) => Promise<Withheld>
