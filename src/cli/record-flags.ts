import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import { formats } from '../record/store.js'
import { tailFlags } from './tail-flags.js'
import { parseDurationMs } from './time.js'

const units: Readonly<Record<string, number>> = { kb: 1e3, mb: 1e6, gb: 1e9 }
const LEAST_BYTES = 10e3
const MOST_BYTES = 50e9
const LEAST_MS = 100
/** SQS hides a message for half a day at most, and it is to be acknowledged by then. */
const MOST_MS = 5 * 3_600_000

/** Flags of `evt record`. */
export const recordFlags = {
  to: Flags.string({
    helpValue: 'TARGET',
    required: true,
    description: 'where to record: a folder, or s3://BUCKET/PREFIX',
  }),
  format: Flags.option({
    options: formats,
    helpValue: 'ndjson|parquet',
    description: 'how parts are kept: by default ndjson, or as those that are there already',
  })(),
  'roll-size': Flags.custom<number>({
    helpValue: 'SIZE',
    default: 64e6,
    defaultHelp: async () => '64MB',
    description: 'put a part in place when it is so large, compressed: 1MB, 64MB',
    parse: async (text: string) => sizeOf(text),
  })(),
  'roll-every': Flags.custom<number>({
    helpValue: 'TIME',
    default: 60_000,
    defaultHelp: async () => '60s',
    description: 'put a part in place so long after its first record: 10s, 5m',
    parse: async (text: string) => rollOf(text),
  })(),
  from: tailFlags.from,
  follow: tailFlags.follow,
  intrusive: tailFlags.intrusive,
  consume: Flags.boolean({
    dependsOn: ['intrusive'],
    description: 'delete from the queue what is recorded, once it is durable',
  }),
  notifications: tailFlags.notifications,
  limit: Flags.integer({ helpValue: 'N', min: 1, description: 'end after so many records' }),
  duration: tailFlags.duration,
}

function sizeOf(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]b)$/i.exec(text.trim()) ?? []
  const bytes = Number(digits) * (units[unit.toLowerCase()] ?? Number.NaN)
  if (bytes >= LEAST_BYTES && bytes <= MOST_BYTES) return bytes
  throw new EvtError(`--roll-size ${text} is no size of a part`, {
    code: 'usage',
    hint: 'write 10KB, 64MB or 1GB: from 10KB to 50GB',
  })
}

function rollOf(text: string): number {
  const ms = parseDurationMs(text)
  if (ms !== undefined && ms >= LEAST_MS && ms <= MOST_MS) return ms
  throw new EvtError(`--roll-every ${text} is no time for a part`, {
    code: 'usage',
    hint: 'write 10s, 60s or 5m: from 100ms to 5h',
  })
}
