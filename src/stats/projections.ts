import { type Chain, Unprojectable } from '../engines/chain-sql.js'
import { createProjection, type Projection } from '../engines/projection.js'
import type { Choices } from '../envelopes/choices.js'
import type { RecordValue } from '../envelopes/decode.js'
import { shapeName } from '../envelopes/envelope.js'
import { createUnwrapper } from '../envelopes/layers.js'
import { complete } from '../envelopes/missing.js'
import { presetEnvelopes } from '../envelopes/presets.js'
import type { JsonValue } from '../event/event.js'
import type { Mapping } from '../event/mapping.js'

const MAX_CHAINS = 4

/** The projections of an archive, one for each set of wrappings that files begin with; none where
 * all of it is to be decoded. */
export class Projections {
  private readonly known
  private readonly unwrap
  private readonly isDecoded: boolean
  private readonly choices: Choices | undefined
  private readonly bySample = new Map<string, Projection | null>()

  constructor(
    private readonly mapping: Mapping,
    options: {
      presets?: readonly string[] | undefined
      isDecoded?: boolean | undefined
      /** Hears where several wrappings fit what is sampled. */
      choices?: Choices | undefined
    },
  ) {
    const { presets, isDecoded = false, choices } = options
    this.isDecoded = isDecoded
    this.choices = choices
    this.known = presetEnvelopes(presets)
    this.unwrap = createUnwrapper(this.known, {}, choices && ((several) => choices.add(several)))
  }

  /** Null where SQL cannot read what the sample shows. */
  async forSample(sample: readonly RecordValue[]): Promise<Projection | null> {
    if (this.isDecoded) return null
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
    const known = this.bySample.get(names.join(' '))
    if (known !== undefined) return known
    const some = names.slice(0, MAX_CHAINS).map((name) => chains.get(name) ?? [])
    const samples = sample.map(({ value }) => value)
    const projection = this.project(some, samples)
    this.bySample.set(names.join(' '), projection)
    return projection
  }

  private project(chains: readonly Chain[], samples: readonly JsonValue[]): Projection | null {
    try {
      return createProjection({ chains, mapping: this.mapping, known: this.known, samples })
    } catch (error) {
      if (error instanceof Unprojectable) return null
      throw error
    }
  }
}
