/** An account and region. */
export interface Place {
  readonly account: string
  readonly region: string
}

/** The places that were asked, and how what is in them is called. */
export class Places {
  readonly #accounts: ReadonlySet<string>
  readonly #regions: ReadonlySet<string>

  constructor(asked: readonly Place[]) {
    this.#accounts = new Set(asked.map(({ account }) => account))
    this.#regions = new Set(asked.map(({ region }) => region))
  }

  /** A name with as much of its place as tells it from others: `orders@eu-west-1`. */
  called(name: string, { account, region }: Place): string {
    const isOnly = (asked: ReadonlySet<string>, one: string) => asked.size === 1 && asked.has(one)
    const parts = [
      ...(isOnly(this.#accounts, account) ? [] : [account]),
      ...(isOnly(this.#regions, region) ? [] : [region]),
    ]
    return parts.length === 0 ? name : `${name}@${parts.join(':')}`
  }
}
