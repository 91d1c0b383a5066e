import { stat } from 'node:fs/promises'
import type { Mapping } from '../event/mapping.js'
import { Register } from './register.js'

const LOOK_MS = 1_000

/** Who was erased, as it is by now, for whoever runs for days: the file is looked at each second.
 * While it cannot be read, it is as it was. */
export class FreshRegister {
  #state = ''
  #isLooking = false
  readonly #timer: NodeJS.Timeout

  private constructor(
    private register: Register,
    private readonly onErased: () => void,
  ) {
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref()
  }

  /**
   * @param onErased called when somebody was erased since
   * @throws EvtError `outside` where it cannot be read, or its key is gone
   */
  static async open(file: string, onErased: () => void): Promise<FreshRegister> {
    const state = await stateOf(file)
    const fresh = new FreshRegister(await Register.open(file), onErased)
    fresh.#state = state
    return fresh
  }

  unknownTo(mapping: Mapping): string[] {
    return this.register.unknownTo(mapping)
  }

  /** Whether somebody was erased whom a mapping can find. */
  knowsAny(mapping: Mapping): boolean {
    return this.register.knowsAny(mapping)
  }

  hasAny(entities: readonly string[]): boolean {
    return this.register.hasAny(entities)
  }

  /** Whether an event of a type is to be kept as it is, although it is about one of these. */
  isHeld(type: string, entities: readonly string[]): boolean {
    return this.register.isHeld(type, entities)
  }

  /** Reads it again, if it has changed. */
  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      const state = await stateOf(this.register.file)
      if (state === this.#state) return
      const { size } = this.register
      this.register = await Register.open(this.register.file)
      this.#state = state
      if (this.register.size > size) this.onErased()
    } catch {
      // It is looked at again.
    } finally {
      this.#isLooking = false
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }
}

async function stateOf(file: string): Promise<string> {
  const found = await stat(file).catch(() => undefined)
  return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : ''
}
