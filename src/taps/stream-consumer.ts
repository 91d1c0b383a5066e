import { setTimeout } from 'node:timers/promises'
import { ownName, tagsOf } from '../aws/own-resources.js'
import type { StreamConsumers } from '../aws/stream-consumers.js'
import { EvtError } from '../errors.js'
import type { OwnThings } from './own-things.js'

const LOOK_MS = 500
const MOST_LOOKS = 240

interface Wanted {
  readonly streamArn: string
  readonly signal: AbortSignal
}

/** The ARN of a consumer of one tap's own, once it can be subscribed to; undefined where the signal
 * aborts. */
export async function ownConsumer(
  consumers: StreamConsumers,
  things: OwnThings,
  { streamArn, signal }: Wanted,
): Promise<string | undefined> {
  const name = ownName()
  const arn = await things.make(`the consumer ${name}`, {
    make: () => consumers.register(streamArn, { name, tags: tagsOf(things.ownership()) }),
    async remove(made) {
      const there = made ?? (await consumers.named(streamArn, name))
      if (there !== undefined) await consumers.remove(there)
    },
  })
  things.onRenewal(() => consumers.tag(arn, tagsOf(things.ownership())))
  for (let looks = 0; !signal.aborted; looks++) {
    if (await consumers.isActive(arn)) return arn
    if (looks === MOST_LOOKS) {
      throw new EvtError(`the consumer ${name} does not become active`, { code: 'outside' })
    }
    await setTimeout(LOOK_MS, undefined, { signal }).catch(() => {})
  }
  return undefined
}
