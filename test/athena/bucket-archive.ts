import { vi } from 'vitest'
import { AthenaDouble, type Execute } from '../testbed/athena-double.js'
import type { Moto } from '../testbed/moto.js'

/** An archive in moto's S3, with a double of Athena beside it, that evt in this process reaches. */
export async function startAthenaAt(moto: Moto, execute: Execute): Promise<AthenaDouble> {
  const double = new AthenaDouble(execute)
  double.looks = 1
  await double.start()
  for (const [name, value] of Object.entries(moto.env)) vi.stubEnv(name, value)
  vi.stubEnv('AWS_ENDPOINT_URL_ATHENA', double.url)
  return double
}

export async function putObjects(
  moto: Moto,
  objects: Readonly<Record<string, string | Buffer>>,
  Bucket = 'acme',
): Promise<void> {
  const CreateBucketConfiguration = { LocationConstraint: moto.region }
  const { Buckets } = await moto.call('s3', 'list_buckets')
  if (!JSON.stringify(Buckets).includes(`"${Bucket}"`)) {
    await moto.call('s3', 'create_bucket', { Bucket, CreateBucketConfiguration })
  }
  for (const [Key, body] of Object.entries(objects)) {
    await fetch(`${moto.url}/${Bucket}/${Key}`, {
      method: 'PUT',
      body: new Uint8Array(Buffer.from(body)),
    })
  }
}
