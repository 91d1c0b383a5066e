import type { LocalCopy } from './object.js'
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

/** An object that an address leads to, and that is elsewhere. */
export interface RemotePlace {
  path: string
  relative: string
  /** Whole: one for each object there is. */
  address: string
  remote: { version: string; sizeBytes: number; mtimeMs: number; copy: LocalCopy }
}

export type Place = FilePlace | RemotePlace | StreamPlace
