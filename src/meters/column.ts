const FIRST_LENGTH = 8

/** A list of 32-bit integers that grows, without an object per entry. */
export class IntegerColumn {
  length = 0
  private values: Int32Array

  /** @param expected how long it will be, about */
  constructor(expected = 0) {
    this.values = new Int32Array(Math.max(FIRST_LENGTH, expected))
  }

  /** The place where it now stands. */
  push(value: number): number {
    if (this.length === this.values.length) {
      const longer = new Int32Array(this.length * 2)
      longer.set(this.values)
      this.values = longer
    }
    this.values[this.length] = value
    return this.length++
  }

  get(at: number): number {
    return this.values[at] ?? 0
  }

  set(at: number, value: number): void {
    this.values[at] = value
  }
}
