import { type OpenIndex, readingHash } from '../archive-index/open-index.js'
import { fileHash } from '../archives/file-hash.js'
import type { ArchiveObject, StoredObject } from '../archives/object.js'
import { isLoss } from '../archives/object.js'
import { isFault, readableFile } from '../archives/readable.js'
import { duckdbVersion } from '../engines/duckdb.js'
import type { Statement } from '../engines/engine.js'
import { pathText } from '../event/json-path.js'
import { timeText } from '../event/time.js'
import type { Located } from '../questions/locate.js'
import { isCut, type Searched } from '../questions/searched.js'
import type { OpenedArchive } from '../reading/open-archive.js'
import { MANIFEST } from './bundle-writer.js'
import { completenessOf } from './completeness.js'
import type { ClaimedObject, HashedParameter, SearchedObject } from './manifest.js'
import { nameless, pseudonymous } from './nameless.js'
import type { OpenBuckets } from './open-buckets.js'
import type { RecipientTally } from './recipient-tally.js'
import { cleanRecipients } from './recipients.js'
import type { ExtractRequest, Told } from './request.js'
import { keyedHash } from './seals.js'
import { bucketStorage, periodOf, versionOf } from './storage.js'
import { idOf, kindOf, type Subject } from './subject.js'
import type { FoundTally } from './tally.js'

export interface Evidence {
  archive: OpenedArchive
  searched: Searched
  /** What another engine found. */
  located: Located | undefined
  tally: FoundTally
  claims: readonly ClaimedObject[]
  /** Payloads that could not be read. */
  unread: number
  statement: Statement
  /** Undefined where nobody knows what is wired. */
  recipients: RecipientTally | undefined
  buckets: OpenBuckets
  key: string
  request: ExtractRequest
}

/** What is said of an extract. No identifier is in it, but as a keyed hash. */
export async function manifestOf(evidence: Evidence): Promise<Told> {
  const { archive, searched, located, tally, statement, key, request } = evidence
  const { subject, right, operator, nowMs, range, presets, index } = request
  const version = index?.version ?? ''
  const clean = (text: string) => nameless(text, subject)
  const found = evidence.recipients?.told()
  const recipients = found && cleanRecipients(found, (one) => pseudonymous(one, key, subject))
  const told = tally.told()
  const text = (us: number | null) => (us === null ? null : timeText(us))
  return {
    ...{ schema: 'evt.bundle/1', right, createdAt: new Date(nowMs).toISOString() },
    tool: { name: 'evt', version },
    ...{ operator, encryption: encryptionOf(request) },
    configSha256: readingHash({ version, mapping: archive.mapping, presets }),
    query: {
      engine: `${located?.asked ? 'athena and ' : ''}duckdb ${await duckdbVersion()}`,
      sql: statement.sql,
      parameters: parametersOf(subject, key),
      ignoreCase: subject.ignoreCase,
      deep: subject.deep,
      usedIndex: indexOf(evidence) !== undefined && subject.values.length === 0,
      athena: athenaOf(evidence),
    },
    sources: archive.sources.map(clean),
    objects: await objectsOf(evidence),
    selection: { since: text(range.sinceUs), until: text(range.untilUs) },
    eventTime: told.eventTime,
    arrival: told.arrival,
    counts: countsOf(evidence),
    types: told.types.map(({ type, source, events, fields }) => ({
      ...{ type: clean(type), source: clean(source), events, fields: fields.map(clean) },
    })),
    hits: told.hits.map((row) => ({ ...row, path: clean(row.path) })),
    claims: evidence.claims.map((row) => ({
      ...{ ...row, address: clean(row.address) },
      reason: row.reason === null ? null : clean(row.reason),
    })),
    masked: told.masked.map((row) => ({ ...row, path: clean(row.path) })),
    recipients: recipients ?? null,
    storage: await storageOf(evidence, told.types),
    partial: isCut(searched),
    completeness: completenessOf({
      sources: archive.sources.map(clean),
      pruned: archive.pruned,
      unreadable: unreadable(searched).size,
      undecodable: searched.undecodable,
      hasRange: range.sinceUs !== null || range.untilUs !== null,
      hasValues: subject.values.length > 0,
      followsClaims: archive.outside.claims !== undefined,
      unreadClaims: evidence.unread,
      recipients,
    }),
  }
}

/** That of the archive, or that in S3 which Athena was asked for. */
function indexOf({ archive, located }: Evidence): OpenIndex | undefined {
  return located ? located.fromIndex?.index : archive.index
}

function athenaOf({ located, request }: Evidence): Told['query']['athena'] {
  if (!located?.asked) return null
  const { queries, ...names } = located.asked
  const clean = (text: string) => nameless(text, request.subject)
  return {
    ...{ ...names, resultReuse: false },
    queries: queries.map((query) => ({ ...query, sql: clean(query.sql) })),
  }
}

async function storageOf(
  { archive, buckets, request }: Evidence,
  found: readonly { type: string }[],
): Promise<Told['storage']> {
  const { retention = {} } = archive.config.privacy ?? {}
  const names = [...new Set(found.map(({ type }) => type))]
  const types = names.flatMap((type) => {
    const period = periodOf(type, retention)
    return period === undefined ? [] : [{ type: nameless(type, request.subject), period }]
  })
  return { types, buckets: await bucketStorage(archive.objects, buckets) }
}

function encryptionOf({ encryption }: ExtractRequest): Told['encryption'] {
  if (!encryption) return null
  const { recipients } = encryption
  return { format: 'age-encryption.org/v1', recipients, readable: [MANIFEST] }
}

function countsOf({ archive, searched, tally }: Evidence): Told['counts'] {
  const { objects, bytes, records, undecodable, events } = searched
  return {
    objectsListed: archive.objects.length + archive.pruned,
    ...{ objectsRead: objects, objectsUnreadable: unreadable(searched).size, bytesRead: bytes },
    ...{ records, undecodable, events, matched: tally.matched, matchedByEntity: tally.byEntity },
    matchedByValueAlone: tally.matched - tally.byEntity,
  }
}

function unreadable({ objectFaults }: Searched): Set<string> {
  return new Set(objectFaults.flatMap(({ path, fault }) => (isLoss(fault) ? [path] : [])))
}

function parametersOf({ entities, values }: Subject, key: string): HashedParameter[] {
  const about = entities.map((entity, n) => ({
    name: `entity${n + 1}`,
    of: kindOf(entity),
    hmacSha256: keyedHash(key, idOf(entity)),
  }))
  const also = values.map(({ path, value }, n) => ({
    name: `value${n + 1}`,
    of: path === null ? '*' : pathText(path),
    hmacSha256: keyedHash(key, value),
  }))
  return [...about, ...also]
}

async function objectsOf(evidence: Evidence) {
  const { archive, searched, tally, request, buckets } = evidence
  const faults = new Map(searched.objectFaults.map(({ path, fault }) => [path, fault.detail]))
  const indexed = new Set(indexOf(evidence)?.covered.map(({ object }) => object.path))
  const rows: SearchedObject[] = []
  for (const object of archive.objects) {
    const { path } = object
    const isHashed = tally.paths.has(path) && !indexed.has(path) && !faults.has(path)
    rows.push({
      path: nameless(path, request.subject),
      ...(await stateOf(object, isHashed)),
      versionId: tally.paths.has(path) ? await versionOf(object, buckets) : null,
      fault: nameless(faults.get(path) ?? '', request.subject) || null,
    })
  }
  return rows
}

async function stateOf(object: ArchiveObject, isHashed: boolean) {
  if (object.kind === 'stream') {
    return { bytes: object.stream.bytes, modifiedAt: null, etag: null, sha256: null }
  }
  const { sizeBytes: bytes, mtimeMs } = object
  const etag = object.kind === 'remote' ? object.version : null
  const sha256 = isHashed ? await hashOf(object) : null
  return { bytes, modifiedAt: new Date(mtimeMs).toISOString(), etag, sha256 }
}

/** Null for what cannot be fetched any more. */
async function hashOf(object: StoredObject): Promise<string | null> {
  const held = await readableFile(object)
  if (isFault(held)) return null
  const { sha256 } = await fileHash(held.object.file).finally(held.release)
  return sha256
}
