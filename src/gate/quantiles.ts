/* Quantiles of the two distributions that confidence is measured with. */

/**
 * The standard normal value that is not exceeded with this probability (P. J. Acklam's rational
 * approximation; its relative error is below 1.2e-9).
 */
export function normalQuantile(p: number): number {
  if (p > 0.97575) return -tail(1 - p)
  if (p < 0.02425) return tail(p)
  const q = p - 0.5
  const r = q * q
  return (
    (q *
      polynomial(
        r,
        [
          -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269,
          -30.66479806614716, 2.506628277459239,
        ],
      )) /
    polynomial(
      r,
      [
        -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972,
        -13.28068155288572, 1,
      ],
    )
  )
}

function tail(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p))
  return (
    polynomial(
      q,
      [
        -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
        4.374664141464968, 2.938163982698783,
      ],
    ) /
    polynomial(
      q,
      [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
    )
  )
}

function polynomial(x: number, coefficients: readonly number[]): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)
}

/**
 * The value of Student's t with `df` degrees of freedom that is not exceeded with probability `p`,
 * for p of 0.5 and more (G. W. Hill, Algorithm 396, CACM 1970: six digits and more).
 */
export function studentQuantile(p: number, df: number): number {
  const both = 2 * (1 - p)
  if (df === 1) return 1 / Math.tan((both * Math.PI) / 2)
  if (df === 2) return Math.sqrt(2 / (both * (2 - both)) - 2)
  const a = 1 / (df - 0.5)
  const b = 48 / (a * a)
  let c = ((20_700 * a) / b - 98) * a * a - 16 * a + 96.36
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * df
  let y = (d * both) ** (2 / df)
  if (y > 0.05 + a) {
    const x = normalQuantile(both / 2)
    y = x * x
    if (df < 5) c += 0.3 * (df - 4.5) * (x + 0.6)
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
    y = Math.expm1(a * y * y)
  } else {
    const inner =
      (1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)) * y - 1
    y = (inner * (df + 1)) / (df + 2) + 1 / y
  }
  return Math.sqrt(df * y)
}
