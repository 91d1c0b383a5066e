import { setTimeout } from 'node:timers/promises'
import { resourceAddress } from '../aws/address.js'
import type { AwsOptions } from '../aws/options.js'
import { createDecoder, type RecordValue } from '../envelopes/decode.js'
import { complete } from '../envelopes/missing.js'
import type { Outside } from '../envelopes/outside.js'
import { EvtError } from '../errors.js'
import type { Decoded, JsonObject } from '../event/event.js'
import { createMapping } from '../event/mapping.js'
import { tapFor } from '../taps/index.js'
import type { Consent, TapOptions } from '../taps/tap.js'
import type { Sample, SampledRecord } from './sample.js'

/** So many records tell what there is to tell. */
const MOST_RECORDS = 2_000
/** Of what a source keeps, the latest. */
const KEPT_MS = 60 * 60 * 1_000

export interface LiveSampling {
  readonly durationMs: number
  readonly consents: ReadonlySet<Consent>
  readonly aws: AwsOptions
  readonly cwd: string
  readonly stdin: AsyncIterable<unknown>
  readonly presets: readonly string[] | undefined
  readonly outside: Outside | undefined
  readonly signal: AbortSignal
  onNote(text: string): void
}

/**
 * Taps what comes for a time, or until there is enough of it. Of a log group, which keeps what
 * came, the last hour is taken first.
 *
 * @throws EvtError as the taps do
 */
export async function sampleLive(
  addresses: readonly string[],
  sampling: LiveSampling,
): Promise<Sample> {
  const stop = new AbortController()
  const time = setTimeout(sampling.durationMs, undefined, { signal: stop.signal })
  const over = time.then(() => stop.abort()).catch(() => {})
  const signal = AbortSignal.any([sampling.signal, stop.signal])
  const enough = Math.ceil(MOST_RECORDS / addresses.length)
  const parts = addresses.map((address) => new Part(address, enough))
  try {
    await Promise.all(parts.map((part) => part.take({ ...sampling, signal })))
  } finally {
    stop.abort()
    await over
  }
  const records = parts.flatMap(({ values }, run): SampledRecord[] =>
    values.map((value) => ({ value, run })),
  )
  return {
    records,
    bad: parts.reduce((sum, { bad }) => sum + bad, 0),
    ...{ badHeads: [], objects: addresses.length, objectsTotal: addresses.length },
  }
}

/** What came from one source. */
class Part {
  readonly values: JsonObject[] = []
  bad = 0

  constructor(
    private readonly address: string,
    private readonly enough: number,
  ) {}

  async take(sampling: LiveSampling): Promise<void> {
    const { cwd, signal, onNote } = sampling
    const { tap, opens } = await tapFor(this.address, { cwd, aliases: {} })
    onNote(`${tap.safety}  ${this.address}`)
    try {
      for await (const _ of tap.open(opens, this.#options(opens, sampling))) {
        if (this.values.length + this.bad >= this.enough) break
      }
    } catch (error) {
      // What was still being set up when the time was over had nothing to give.
      const isEnded = signal.aborted && error instanceof EvtError && error.code === 'interrupted'
      if (!isEnded) throw error
    }
  }

  #options(opens: string, sampling: LiveSampling): TapOptions {
    const { presets, outside, stdin, signal, aws, consents, cwd, onNote } = sampling
    const keeps = resourceAddress(opens)?.service === 'logs'
    const decode = createDecoder({ mapping: createMapping({}), presets, outside })
    return {
      start: keeps ? 'beginning' : undefined,
      fromUs: keeps ? (Date.now() - KEPT_MS) * 1_000 : undefined,
      ...{ follow: undefined, filter: undefined },
      ...{ aliases: {}, cwd, stdin, aws, consents, signal, onNote, isWanted: () => true },
      decode: (record) => this.#sampled(record, () => complete(() => decode(record))),
      onFault: () => {},
    }
  }

  #sampled(record: RecordValue, decoded: () => Promise<Decoded[]>): Promise<Decoded[]> {
    const { value } = record
    if (this.values.length + this.bad < this.enough) {
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        this.values.push(value)
      } else this.bad += 1
    }
    return decoded()
  }
}
