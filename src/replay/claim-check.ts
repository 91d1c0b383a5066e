import { hash } from 'node:crypto'
import { type Bucket, openBucket } from '../aws/bucket.js'
import { bucketPlace, isBucketAddress } from '../aws/bucket-address.js'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import type { OpenedArchive } from '../reading/open-archive.js'
import { CLAIM_SIZE } from '../sinks/message.js'
import type { OpenSink, Sink, SinkEntry } from '../sinks/sink.js'

const POINTER = 'software.amazon.payloadoffloading.PayloadS3Pointer'
/** Readers of these look for pointers. */
const takers: readonly string[] = ['sqs', 'sns']

/** A message, and the body that it points to, if it does. */
interface Claiming {
  readonly message: unknown
  readonly claim: { readonly key: string; readonly body: string } | undefined
}

/**
 * A target whose messages point to bodies that are too large for it, which are put in a bucket
 * before, as the extended clients of SQS and SNS do it: a body is there when its pointer is sent.
 *
 * @throws EvtError `usage` where the target is none that pointers are read of
 */
export async function withClaimCheck(
  sink: OpenSink,
  { kind, place, aws }: { kind: Sink; place: string; aws: AwsOptions },
): Promise<OpenSink> {
  const { name, prefix } = bucketPlace(place)
  if (!takers.includes(kind.name)) {
    throw new EvtError('--claim-check is for queues and topics', {
      ...{ code: 'usage', hint: 'leave it out: --skip-refused leaves out what is too large' },
    })
  }
  const bucket = await openBucket(name, aws, ['s3:PutObject'])
  return claiming(sink, { name, prefix, bucket })
}

/** What is put where the archive is read would be read as events the next time.
 * @throws EvtError `usage` */
export function checkClaimPlace(
  place: string | null,
  { sources, config }: Pick<OpenedArchive, 'sources' | 'config'>,
): void {
  if (place === null) return
  const { name, prefix } = bucketPlace(place)
  const within = sources.find((source) => {
    const address = addressOf(source, config.archives ?? {})
    if (!isBucketAddress(address)) return false
    const [read = ''] = address.split(/[*?[{]/)
    return `s3://${name}/${prefix}`.startsWith(read.endsWith('/') ? read : `${read}/`)
  })
  if (within === undefined) return
  throw new EvtError(`--claim-check ${place} is in ${within}, which is read`, {
    ...{ code: 'usage', hint: 'name a place beside it' },
  })
}

/** What an alias stands for, and what is below it. */
function addressOf(source: string, aliases: Readonly<Record<string, string>>): string {
  const [, alias = '', rest = ''] = /^([\w.-]+):(?!\/\/)(.*)$/s.exec(source) ?? []
  const target = Object.hasOwn(aliases, alias) ? aliases[alias] : undefined
  if (target === undefined) return source
  return rest === '' ? target : `${target.replace(/\/+$/, '')}/${rest}`
}

interface Place {
  readonly name: string
  readonly prefix: string
  readonly bucket: Bucket
}

function claiming(sink: OpenSink, { name, prefix, bucket }: Place): OpenSink<Claiming> {
  return {
    ...sink,
    prepare(entry) {
      const whole = sink.prepare(entry)
      if ('refused' in whole) return whole
      if (whole.sizeBytes <= sink.limits.entryBytes) {
        return { message: { message: whole.message, claim: undefined }, sizeBytes: whole.sizeBytes }
      }
      // By what it holds: no other body will ever be of that name.
      const key = `${prefix}${hash('sha256', entry.body)}`
      const pointer = sink.prepare(pointerTo(entry, { s3BucketName: name, s3Key: key }))
      if ('refused' in pointer) return pointer
      const claim = { key, body: entry.body }
      return {
        message: { message: pointer.message, claim },
        ...{ sizeBytes: pointer.sizeBytes, isClaim: true },
      }
    },
    async send(batch, signal) {
      await Promise.all(batch.map(({ claim }) => claim && bucket.put(claim.key, claim.body)))
      const messages = batch.map(({ message }) => message)
      return sink.send(messages, signal)
    },
    close() {
      bucket.close()
      sink.close()
    },
  }
}

function pointerTo(
  { body, attributes, ...entry }: SinkEntry,
  at: { s3BucketName: string; s3Key: string },
): SinkEntry {
  const size = String(Buffer.byteLength(body))
  return {
    ...entry,
    body: JSON.stringify([POINTER, at]),
    attributes: { ...attributes, [CLAIM_SIZE]: size },
  }
}
