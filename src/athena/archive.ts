import type { RemoteObject } from '../archives/object.js'
import { bucketPlace } from '../aws/bucket-address.js'
import type { Config } from '../config/config.js'
import { EvtError } from '../errors.js'
import { noObjects } from '../reading/absence.js'
import { type OpenedArchive, openArchive, type ReadRequest } from '../reading/open-archive.js'
import { type Layout, layoutOf } from './layout.js'

/** An archive in S3, as Athena is asked about it. */
export interface AthenaArchive {
  readonly opened: OpenedArchive
  /** `s3://bucket/prefix/`. */
  readonly location: string
  readonly bucket: string
  readonly objects: readonly RemoteObject[]
  /** Below the location. */
  readonly keys: readonly string[]
  readonly layout: Layout | undefined
  readonly workgroup: string
  readonly database: string
  readonly maxScanBytes: number
}

export interface AthenaNames {
  readonly workgroup?: string | undefined
  readonly database?: string | undefined
}

const MAX_SCAN_BYTES = 10e9

/** Where it is asked. */
export function askedAt({ workgroup, database }: AthenaArchive) {
  return { workgroup, database }
}

/**
 * Lists an archive for Athena; nothing of it is read.
 *
 * @throws EvtError `usage` where it is not one prefix of a bucket
 */
export async function athenaArchive(
  request: ReadRequest,
  names: AthenaNames = {},
): Promise<AthenaArchive> {
  // What is listed is not fetched, and all of it counts: the table is of all.
  const all = { ...request, range: { sinceUs: null, untilUs: null } }
  const { index: _, maxBytes: __, onLarge: ___, ...listed } = all
  const opened = await openArchive(listed)
  const [source = '', ...others] = opened.sources
  const address = opened.config.archives?.[source.replace(/:$/, '')] ?? source
  if (others.length > 0 || !address.startsWith('s3://')) {
    throw new EvtError('Athena reads one prefix of S3', {
      code: 'usage',
      hint: 'write --engine athena s3://BUCKET/PREFIX',
    })
  }
  const objects = opened.objects.filter((object) => object.kind === 'remote')
  if (objects.length === 0) throw noObjects(opened.sources, 0)
  const { name, prefix } = bucketPlace(address)
  const location = `s3://${name}/${prefix}`
  const [other] = objects.filter(({ address: at }) => !at.startsWith(location))
  // Athena reads what is below a prefix; quotes of Hive's DDL are none of SQL.
  if (other || /['\\]/.test(location)) {
    const what = other ? `${other.path} is one object` : `${location} has a quote in its name`
    throw new EvtError(`${what}, and Athena reads what is below a prefix`, { code: 'usage' })
  }
  const keys = objects.map((object) => object.address.slice(location.length))
  return {
    ...{ opened, location, bucket: name, objects, keys, layout: layoutOf(keys, Date.now()) },
    ...namesOf(opened.config, names),
    maxScanBytes: opened.config.athena?.maxScanBytes ?? MAX_SCAN_BYTES,
  }
}

/** Workgroup and database: as typed, else of evt.yaml. */
export function namesOf({ athena = {} }: Config, names: AthenaNames) {
  return {
    workgroup: names.workgroup ?? athena.workgroup ?? 'evt',
    database: databaseName(names.database ?? athena.database ?? 'events'),
  }
}

/** Names are no values that could be given apart from the SQL. */
function databaseName(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,127}$/.test(name)) return name
  const hint = 'use small letters, digits and _, such as events'
  throw new EvtError(`${name} is no name of a database`, { code: 'usage', hint })
}
