import type { Message } from '../aws/queue.js'
import type { Config } from '../config/config.js'
import { complete } from '../envelopes/missing.js'
import { FreshRegister } from '../erased/fresh-register.js'
import { registerFile } from '../erased/register.js'
import type { Withhold } from '../erased/withhold.js'
import { createMapping } from '../event/mapping.js'
import { messageRecord } from '../taps/queue-messages.js'
import type { Decode } from './letter.js'

interface Places {
  readonly config: Pick<Config, 'events' | 'privacy' | 'file'>
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly withhold: Withhold
  onNote(text: string): void
}

/** Dead letters of those who were erased, as the register says by now: they do not come back. */
export class ErasedLetters {
  private constructor(
    private readonly places: Places,
    private readonly register: FreshRegister,
  ) {}

  /** @throws EvtError `outside` where it cannot be read who was erased */
  static async open(places: Places): Promise<ErasedLetters> {
    const register = await FreshRegister.open(registerFile(places), () => undefined)
    const mapping = createMapping({ events: places.config.events })
    for (const kind of register.unknownTo(mapping)) {
      places.onNote(`who was erased comes back: evt.yaml does not say where ${kind} is in events`)
    }
    return new ErasedLetters(places, register)
  }

  /** Whether there is anybody who can be found in letters: then each has to be looked at. */
  get isAny(): boolean {
    return this.register.knowsAny(createMapping({ events: this.places.config.events }))
  }

  /**
   * A letter without who was erased.
   *
   * @returns null where nothing is left of it, or it cannot be told apart: it is not to be sent
   */
  async without(letter: Message, decode: Decode): Promise<Message | null> {
    const events = (await complete(() => decode(messageRecord(letter, 'sqs://')))).flatMap((one) =>
      one.kind === 'event' ? [one.event] : [],
    )
    const all = [...new Set(events.flatMap(({ entities }) => entities))]
    const entities = all.filter((entity) => this.register.hasAny([entity]))
    if (entities.length === 0) return letter
    if (entities.length === all.length) return null
    const { withhold, config } = this.places
    const { Body: body = '', MessageAttributes = {} } = letter
    const mapping = createMapping({ events: config.events })
    const { text, isLeft } = await withhold(body, { entities, mapping, decode })
    const beside = JSON.stringify(MessageAttributes)
    const isBeside = entities.some((one) => beside.includes(one.slice(one.indexOf(':') + 1)))
    if (text === null || text === body || isLeft || isBeside) return null
    return { ...letter, Body: text }
  }

  close(): void {
    this.register.close()
  }
}
