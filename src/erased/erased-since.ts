import { FreshRegister } from './fresh-register.js'
import type { Register } from './register.js'

/** Who was erased since a register was read: looked at each second. */
export class ErasedSince {
  #fresh: FreshRegister | undefined
  #isAny = false

  private constructor(private readonly before: Register) {}

  /** @throws EvtError `outside` where the register cannot be read */
  static async open(before: Register): Promise<ErasedSince> {
    const since = new ErasedSince(before)
    since.#fresh = await FreshRegister.open(before.file, () => {
      since.#isAny = true
    })
    return since
  }

  hasAny(entities: readonly string[]): boolean {
    if (!this.#isAny) return false
    return entities.some((one) => this.#fresh?.hasAny([one]) && !this.before.hasAny([one]))
  }

  close(): void {
    this.#fresh?.close()
  }
}
