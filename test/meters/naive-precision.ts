/** The bucket of a value, by doubling widths: as many values of the narrowest width as 2·10^digits
 * needs, rounded up to a power of two, then half of them for each doubling. */
export function bucketAt(value: number, digits: number, lowest: number) {
  let values = 2
  while (values < 2 * 10 ** digits) values *= 2
  let width = 1
  while (width * 2 <= lowest) width *= 2
  while (Math.floor(value / width) >= values) width *= 2
  return { low: Math.floor(value / width) * width, width }
}

/** HdrHistogram: the highest value of the bucket of the sample of rank ceil(N · p). */
export function percentileAt(
  all: readonly number[],
  percent: number,
  digits: number,
  lowest: number,
): number {
  const sorted = [...all].sort((a, b) => a - b)
  const rank = (BigInt(all.length) * BigInt(Math.round(percent * 100)) + 9_999n) / 10_000n
  const value = sorted[Math.max(1, Number(rank)) - 1] ?? Number.NaN
  const { low, width } = bucketAt(value, digits, lowest)
  return low + width - 1
}
