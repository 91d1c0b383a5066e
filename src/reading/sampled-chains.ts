import type { Chain } from '../engines/chain-sql.js'
import type { Choices } from '../envelopes/choices.js'
import type { RecordValue } from '../envelopes/decode.js'
import { type Envelope, shapeName } from '../envelopes/envelope.js'
import { createUnwrapper } from '../envelopes/layers.js'
import { complete } from '../envelopes/missing.js'
import { presetEnvelopes } from '../envelopes/presets.js'

const MAX_CHAINS = 4

/** Finds the wrappings that the files of an archive begin with. */
export class SampledChains {
  /** All wrappings that may be recognised, in their order. */
  readonly known: readonly Envelope[]
  private readonly unwrap

  /** @param choices hears where several wrappings fit what is sampled */
  constructor(
    presets: readonly string[] | undefined,
    private readonly choices?: Choices,
  ) {
    this.known = presetEnvelopes(presets)
    this.unwrap = createUnwrapper(this.known, {}, choices && ((several) => choices.add(several)))
  }

  /** Up to four chains of a sample, in order of their names; null where it has none. */
  async of(sample: readonly RecordValue[]): Promise<{ name: string; chains: Chain[] } | null> {
    const chains = new Map<string, Chain>()
    const found = await complete(() =>
      sample.flatMap(({ value, position }) => {
        if (this.choices) this.choices.path = position.path
        return this.unwrap(value)
      }),
    )
    for (const unwrapped of found) {
      if (!unwrapped.ok) continue
      chains.set(unwrapped.envelopes.map(shapeName).join(), unwrapped.envelopes)
    }
    if (chains.size === 0) return null
    const names = [...chains.keys()].sort()
    const some = names.slice(0, MAX_CHAINS).map((name) => chains.get(name) ?? [])
    return { name: names.join(' '), chains: some }
  }
}
