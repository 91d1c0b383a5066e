import { createRequire } from 'node:module'

type Protobuf = typeof import('@bufbuild/protobuf/wire')

const require = createRequire(import.meta.url)
let loaded: Protobuf | undefined

/** The wire types of the two kinds of field that aggregates have. */
export const VARINT = 0
export const LENGTH_DELIMITED = 2

/** Loaded with the first aggregate: most that is read has none, and decoding does not wait. */
export function protobuf(): Protobuf {
  const wire: Protobuf = loaded ?? require('@bufbuild/protobuf/wire')
  loaded = wire
  return wire
}
