import type { PeekedStream } from './peeked-stream.js'

/** A file that an address leads to. */
export interface FilePlace {
  /** As the user would type it. */
  path: string
  /** Absolute, without symbolic links: one for each file there is. */
  file: string
  /** Below the folder that was named; the name alone for a file that was. */
  relative: string
}

interface StreamPlace {
  path: string
  stream: PeekedStream
}

export type Place = FilePlace | StreamPlace
