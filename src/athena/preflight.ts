import type { Format, RemoteObject, Sniffed } from '../archives/object.js'
import { readRecords } from '../archives/records.js'
import { sniff } from '../archives/sniff.js'
import { Unprojectable } from '../engines/chain-sql.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import { trinoRecordsSql } from '../engines/trino-view.js'
import type { RecordValue } from '../envelopes/decode.js'
import { shapeName } from '../envelopes/envelope.js'
import { EvtError } from '../errors.js'
import type { Mapping } from '../event/mapping.js'
import { recordOf } from '../reading/decode-records.js'
import { SAMPLED_RECORDS } from '../reading/line-sample.js'
import { SampledChains } from '../reading/sampled-chains.js'

/** Nothing is lost. */
const INSTEAD =
  '--engine duckdb reads it, as every command does without --engine\n' +
  'evt index build SOURCE --to s3://BUCKET/PREFIX, then evt athena setup SOURCE --index\n' +
  's3://BUCKET/PREFIX, has Athena find what an entity has in its index'

const titles: Partial<Record<Format, string>> = {
  concatenated: 'JSON documents without line ends between them',
  array: 'a JSON array over lines',
  cloudtrail: 'a document of {"Records": [ … ]}',
  csv: 'a table in text',
  tsv: 'a table in text',
  avro: 'a container of Avro',
  parquet: 'a table in Parquet',
}

/** In so many parts of the listing one object is looked into: what is written may have changed. */
const SAMPLED_PARTS = 4

/**
 * How Athena reads an archive, by some of its smallest objects, which are fetched.
 *
 * @throws EvtError `usage` where Athena cannot read what is there, with what can
 */
export async function preflight(
  objects: readonly RemoteObject[],
  { mapping, presets }: { mapping: Mapping; presets: readonly string[] | undefined },
): Promise<ProjectionPlan> {
  const samples = smallestOfParts(objects.filter(({ sizeBytes }) => sizeBytes > 0))
  if (samples.length === 0) throw unreadable('all objects of the archive are empty')
  const records: RecordValue[] = []
  for (const object of samples) {
    const { sniffed, records: some } = await sampled(object)
    checkForm(object, sniffed)
    records.push(...some)
  }
  const paths = samples.map(({ path }) => path).join(', ')
  const chains = new SampledChains(presets)
  const found = await chains.of(records)
  if (!found) throw unreadable(`${paths} has no events in its first records`)
  const plan = { chains: found.chains, mapping, known: chains.known }
  try {
    trinoRecordsSql(plan, 'nothing')
  } catch (cause) {
    if (!(cause instanceof Unprojectable)) throw cause
    const names = found.chains.map((chain) => chain.map(shapeName).join(' > '))
    throw unreadable(`${paths} has events in ${names.join(', ')}: ${cause.message}`)
  }
  return plan
}

function smallestOfParts(objects: readonly RemoteObject[]): RemoteObject[] {
  const size = Math.ceil(objects.length / SAMPLED_PARTS)
  return Array.from({ length: SAMPLED_PARTS }, (_, n) => {
    const [smallest] = objects
      .slice(n * size, (n + 1) * size)
      .sort((a, b) => a.sizeBytes - b.sizeBytes)
    return smallest ?? []
  }).flat()
}

async function sampled(object: RemoteObject) {
  const held = await object.copy.hold()
  if (!('file' in held)) throw new EvtError(`${object.path} ${held.detail}`, { code: 'outside' })
  try {
    const { path, sizeBytes } = object
    const file = { kind: 'file' as const, path, file: held.file, sizeBytes, mtimeMs: held.mtimeMs }
    const sniffed = await sniff(file)
    const records: RecordValue[] = []
    if (sniffed.format === 'ndjson') {
      for await (const batch of readRecords(file, sniffed, { chunkBytes: 256 * 1024 })) {
        for (const raw of batch) if ('value' in raw) records.push(recordOf(path, raw))
        if (records.length >= SAMPLED_RECORDS) break
      }
    }
    return { sniffed, records: records.slice(0, SAMPLED_RECORDS) }
  } finally {
    held.release()
  }
}

function checkForm({ path }: RemoteObject, { format, compression, bom, utf16 }: Sniffed): void {
  const title = titles[format]
  if (title !== undefined) throw unreadable(`${path} is ${title}, which Athena reads by no lines`)
  if (utf16 || bom) throw unreadable(`${path} begins with a byte order mark`)
  // Which compression there is, Athena tells by the name alone.
  if (compression === 'gzip' && !path.endsWith('.gz'))
    throw unreadable(`${path} is compressed by gzip, and its name does not end in .gz`)
  if (compression === 'none' && path.endsWith('.gz'))
    throw unreadable(`${path} ends in .gz and is not compressed`)
  if (compression === 'zstd') throw unreadable(`${path} is compressed by zstd`)
}

function unreadable(what: string): EvtError {
  return new EvtError(`Athena cannot read the archive: ${what}`, { code: 'usage', hint: INSTEAD })
}
