import { Unprojectable } from '../engines/chain-sql.js'
import { createProjection, type Projection } from '../engines/projection.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import type { Choices } from '../envelopes/choices.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Mapping } from '../event/mapping.js'
import { SampledChains } from '../reading/sampled-chains.js'

/** The projections of an archive, one for each set of wrappings that files begin with; none where
 * all of it is to be decoded. */
export class Projections {
  private readonly sampled
  private readonly isDecoded: boolean
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
    this.sampled = new SampledChains(presets, choices)
  }

  /** Null where SQL cannot read what the sample shows. */
  async forSample(sample: readonly RecordValue[]): Promise<Projection | null> {
    if (this.isDecoded) return null
    const found = await this.sampled.of(sample)
    if (!found) return null
    const known = this.bySample.get(found.name)
    if (known !== undefined) return known
    const samples = sample.map(({ value }) => value)
    const { mapping } = this
    const plan = { chains: found.chains, mapping, known: this.sampled.known, samples }
    const projection = projected(plan)
    this.bySample.set(found.name, projection)
    return projection
  }
}

function projected(plan: ProjectionPlan): Projection | null {
  try {
    return createProjection(plan)
  } catch (error) {
    if (error instanceof Unprojectable) return null
    throw error
  }
}
