import type { Locate } from '../questions/locate.js'
import type { ReadRequest } from '../reading/open-archive.js'
import type { Topology } from '../topology/model.js'
import type { Encryption } from './age.js'
import type { FoundEvent } from './found-event.js'
import type { Manifest } from './manifest.js'
import type { Subject } from './subject.js'

export interface ExtractRequest extends ReadRequest {
  subject: Subject
  /** Where the bundle is written: a folder, or a zip file. */
  to: string
  /** Of its files. */
  encryption: Encryption | undefined
  /** A subject of more than this share of all events is probably a wrong identifier. */
  maxShare: number
  redactOthers: boolean
  /** Kinds of entities that are not masked as others. */
  keptKinds: readonly string[]
  right: Manifest['right']
  /** What is wired, which tells who was sent these events. */
  topology: Topology | undefined
  /** Who answers for it. */
  operator: string | null
  nowMs: number
  /** When it was asked for. */
  receivedMs: number
  /** Who finds which objects are read; by default all are. */
  locate?: Locate | undefined
  memoryLimitBytes: number
  allowPartial: boolean
  /** Further files of the bundle, drawn from its events; asked for while these are searched. */
  reports(): Promise<readonly Report[]>
}

/** What is known before the files are sealed. */
export type Told = Omit<Manifest, 'files'>

/** A file of a bundle: of rows, one for each event, or a text that is made once all is known. */
export type Report =
  | { readonly name: string; readonly head: string; rowOf(event: FoundEvent): string }
  | { readonly name: string; textOf(told: Told): string | Promise<string> }
