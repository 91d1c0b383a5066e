import { Unprojectable } from '../engines/chain-sql.js'
import { eventsViewSql } from '../engines/events-view.js'
import type { ProjectionPlan } from '../engines/record-sql.js'
import type { RecordValue } from '../envelopes/decode.js'
import type { Mapping } from '../event/mapping.js'
import { SampledChains } from '../reading/sampled-chains.js'

/** How SQL reads the files of an archive, by the wrappings that they begin with. */
export class Plans {
  private readonly sampled
  private readonly byName = new Map<string, ProjectionPlan | null>()

  constructor(
    private readonly mapping: Mapping,
    presets: readonly string[] | undefined,
  ) {
    this.sampled = new SampledChains(presets)
  }

  /** Null where SQL cannot read what the sample shows. */
  async forSample(sample: readonly RecordValue[]): Promise<ProjectionPlan | null> {
    const found = await this.sampled.of(sample)
    if (!found) return null
    const known = this.byName.get(found.name)
    if (known !== undefined) return known
    const samples = sample.map(({ value }) => value)
    const { mapping } = this
    const plan = { chains: found.chains, mapping, known: this.sampled.known, samples }
    const usable = isProjectable(plan) ? plan : null
    this.byName.set(found.name, usable)
    return usable
  }
}

function isProjectable(plan: ProjectionPlan): boolean {
  try {
    eventsViewSql(plan, 'nothing')
    return true
  } catch (error) {
    if (error instanceof Unprojectable) return false
    throw error
  }
}
