import type { LocatingQuery } from '../questions/locate.js'
import type { Notified } from './notice.js'
import type { Recipients } from './recipients.js'
import { sha256 } from './seals.js'
import type { SentEvent } from './send-one.js'
import type { Storage } from './storage.js'

/** A file of a bundle. */
export interface BundledFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** An object that was searched. Objects that hold events of the subject, and were read whole, have
 * their hash. */
export interface SearchedObject {
  readonly path: string
  readonly bytes: number | null
  readonly modifiedAt: string | null
  /** Of an object of S3, as it was when it was read. */
  readonly etag: string | null
  /** The same, of those that hold events of the subject in a bucket that keeps versions. */
  readonly versionId: string | null
  readonly sha256: string | null
  /** Why not all of it was read. */
  readonly fault: string | null
}

interface TimeRange {
  readonly first: string | null
  readonly last: string | null
}

/** Identifiers stand in it as keyed hashes alone: HMAC-SHA-256 under the key beside the bundle. */
export interface HashedParameter {
  readonly name: string
  /** Kind of an entity, path of a value. */
  readonly of: string
  readonly hmacSha256: string
}

interface AthenaEvidence {
  readonly workgroup: string
  readonly database: string
  readonly resultReuse: false
  readonly queries: readonly LocatingQuery[]
}

interface FoundType {
  readonly type: string
  readonly source: string
  readonly events: number
  /** Paths in its payloads: the categories of data. */
  readonly fields: readonly string[]
}

/** A payload that events point to, as the manifest lists it. */
export interface ClaimedObject {
  readonly address: string
  /** How many events of the subject point to it; null where nobody knows whom it is about. */
  readonly events: number | null
  /** Its copy in the bundle, and what that is. */
  readonly file: string | null
  readonly bytes: number | null
  readonly sha256: string | null
  /** Why it is not in the bundle, as the end of a sentence about it. */
  readonly reason: string | null
}

/** Which files of a bundle can be read by whom. */
interface BundleEncryption {
  readonly format: 'age-encryption.org/v1'
  /** Public keys. */
  readonly recipients: readonly string[]
  /** What anybody can read who has the bundle: it names nobody. */
  readonly readable: readonly string[]
}

/** `evt.bundle/1`: what was done, of what, and how its files are known to be what was written. */
export interface Manifest {
  readonly schema: 'evt.bundle/1'
  readonly right: 'access' | 'portability'
  readonly createdAt: string
  readonly tool: { readonly name: 'evt'; readonly version: string }
  readonly operator: string | null
  /** Null where every file can be read by who has it. */
  readonly encryption: BundleEncryption | null
  /** Of how events were read: mapping and presets. */
  readonly configSha256: string
  readonly query: {
    readonly engine: string
    readonly sql: string
    readonly parameters: readonly HashedParameter[]
    readonly ignoreCase: boolean
    readonly deep: boolean
    readonly usedIndex: boolean
    /** What Athena was asked, to find which objects were read; null where it was not. */
    readonly athena: AthenaEvidence | null
  }
  readonly sources: readonly string[]
  readonly objects: readonly SearchedObject[]
  readonly selection: { readonly since: string | null; readonly until: string | null }
  /** Of the events that were found. */
  readonly eventTime: TimeRange
  readonly arrival: TimeRange
  readonly counts: {
    readonly objectsListed: number
    readonly objectsRead: number
    readonly objectsUnreadable: number
    readonly bytesRead: number
    readonly records: number
    readonly undecodable: number
    readonly events: number
    readonly matched: number
    readonly matchedByEntity: number
    readonly matchedByValueAlone: number
  }
  readonly types: readonly FoundType[]
  /** Where the values of --also were found. */
  readonly hits: readonly {
    readonly path: string
    readonly part: boolean
    readonly count: number
  }[]
  /** What events point to, and what could not be followed. */
  readonly claims: readonly ClaimedObject[]
  /** What was hidden of others. */
  readonly masked: readonly {
    readonly type: string
    readonly path: string
    readonly count: number
  }[]
  /** Who was sent these events, by what is wired; null where nobody was asked. */
  readonly recipients: Recipients | null
  readonly storage: Storage
  readonly partial: boolean
  readonly completeness: readonly string[]
  readonly files: readonly BundledFile[]
}

/** The same of an erasure: what was done stands in its files, of which `proof.json` is one. */
export interface ErasureManifest {
  readonly schema: 'evt.bundle/1'
  readonly right: 'erasure'
  /** What answers of recipients name; absent in those of older versions of evt. */
  readonly request?: string
  readonly createdAt: string
  readonly plannedAt: string
  readonly tool: Manifest['tool']
  readonly operator: string | null
  readonly configSha256: string
  readonly parameters: readonly Omit<HashedParameter, 'name'>[]
  readonly sources: readonly string[]
  readonly counts: {
    readonly objectsSearched: number
    readonly objectsWritten: number
    readonly matched: number
    readonly dropped: number
    readonly changed: number
    readonly mentioned: number
    readonly held: number
    readonly left: number
  }
  /** Who was sent what was erased, and that they were told. */
  readonly recipients?: Recipients | null
  readonly notified?: Notified | null
  readonly notifiedBefore?: readonly Notified[]
  readonly completeness: readonly string[]
  readonly files: readonly BundledFile[]
  /** Added later, round by round. */
  readonly acknowledgements?: readonly AcknowledgementRound[]
}

/** What recipients can say; anything else is `other`. */
export const answerStates = ['erased', 'notFound', 'refused', 'other'] as const

/** What a recipient said of an erasure. */
export interface Answer {
  /** The id of the recipient, else a pseudonym of what it calls itself. */
  readonly recipient: string
  readonly status: (typeof answerStates)[number]
  readonly at: string | null
  /** The event that says it: its hash is that of its document as JSON; what somebody else wrote
   * stands in it as keyed hashes. */
  readonly event: {
    readonly idHmacSha256: string | null
    readonly pathHmacSha256: string
    readonly record: number
    readonly sha256: string
  }
}

/** What each said last: as of two at one time, the one that was added later. */
export function lastAnswers<A extends Pick<Answer, 'recipient' | 'at'>>(
  rounds: readonly { readonly answers: readonly A[] }[],
): Map<string, A> {
  const last = new Map<string, A>()
  for (const one of rounds.flatMap(({ answers }) => answers)) {
    if ((one.at ?? '') >= (last.get(one.recipient)?.at ?? '')) last.set(one.recipient, one)
  }
  return last
}

/** Answers that were found at one time. */
interface AcknowledgementRound {
  /** The chain hash of the manifest without this round and later ones. */
  readonly before: string
  readonly at: string
  /** Keyed hashes of where they were read, as it was typed. */
  readonly sourcesHmacSha256: readonly string[]
  readonly answers: readonly Answer[]
}

/** The same of a correction. Nothing of an archive was changed. */
export interface RectificationManifest {
  readonly schema: 'evt.bundle/1'
  readonly right: 'rectification'
  readonly request: string
  readonly createdAt: string
  readonly tool: Manifest['tool']
  readonly operator: string | null
  readonly configSha256: string
  readonly parameters: readonly Omit<HashedParameter, 'name'>[]
  readonly event: { readonly type: string; readonly source: string }
  readonly sent: SentEvent
  /** Who gets it, by what is wired; null where nobody was asked. */
  readonly recipients: Recipients | null
  readonly counts: { readonly matched: number }
  readonly completeness: readonly string[]
  readonly files: readonly BundledFile[]
}

type AnyManifest = Manifest | ErasureManifest | RectificationManifest

/** With SHA-256 over the hashes of the files, in their order, and over everything above. */
export type Sealed<M extends AnyManifest = AnyManifest> = M & { readonly chainSha256: string }
export type SealedManifest = Sealed<Manifest>

export function sealed<M extends AnyManifest>(manifest: M): Sealed<M> {
  return { ...manifest, chainSha256: chainOf(manifest) }
}

/** The one way in which a manifest is written: other bytes are not what evt wrote. */
export function manifestText(manifest: Sealed): string {
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** Each link hashes the one before with the next file; the last one adds all that is said. */
export function chainOf(manifest: AnyManifest): string {
  const links = manifest.files.map(({ name, bytes, sha256 }) => `${sha256} ${bytes} ${name}`)
  return [...links, JSON.stringify(manifest)].reduce((before, link) => sha256(before + link), '')
}
