import { type ResourceAddress, resourceAddress } from '../aws/address.js'
import type { Config } from '../config/config.js'
import { EvtError } from '../errors.js'
import { type GivenSources, namedSources } from '../reading/named-sources.js'

/** What was named to have dead letters. */
export interface NamedLetters {
  /** As it was named. */
  readonly source: string
  readonly config: Config
  /** Undefined where it is no address of a service: files, or objects of S3. */
  readonly named: ResourceAddress | undefined
}

export const takesQueue = 'evt dlq takes sqs://QUEUE, its ARN or its URL'

/** The one place that was named.
 * @throws EvtError `usage` where there is none, or another */
export async function lettersNamed(given: GivenSources): Promise<NamedLetters> {
  if (given.given.length === 0) {
    throw new EvtError('no queue is named', { code: 'usage', hint: takesQueue })
  }
  const { config, sources } = await namedSources(given)
  const [source = '', another] = sources
  const named = resourceAddress(source)
  if (another !== undefined) {
    throw new EvtError(`${another} beside ${source}: evt dlq looks at one queue at a time`, {
      ...{ code: 'usage', hint: 'leave one out' },
    })
  }
  return { source, config, named }
}
