// Two of them are still an exact double.
const LIMIT = 2 ** 52

/** A sum of integers of any size that stays exact, at the price of a double while it is small. */
export class ExactSum {
  private small = 0
  private large = 0n

  get total(): bigint {
    return this.large + BigInt(this.small)
  }

  add(value: number | bigint, count = 1): void {
    const product = typeof value === 'number' ? value * count : Number.POSITIVE_INFINITY
    if (Math.abs(product) > LIMIT) {
      this.large += BigInt(value) * BigInt(count)
      return
    }
    this.small += product
    if (Math.abs(this.small) > LIMIT) this.set(this.total)
  }

  set(total: bigint): void {
    this.large = total
    this.small = 0
  }
}
