/** Numbers from the least to the greatest, both among them, but for a few. */
export interface NumberRange {
  readonly least: number
  readonly greatest: number
  readonly except: readonly number[]
}

export const anyNumber: NumberRange = {
  least: -Number.MAX_VALUE,
  greatest: Number.MAX_VALUE,
  except: [],
}

/** What `numeric` takes: a sign and a number, once or twice. */
export function rangeOf(comparisons: readonly (string | number)[]): NumberRange {
  let range = anyNumber
  for (let n = 0; n < comparisons.length; n += 2) {
    range = both(range, compared(String(comparisons[n]), Number(comparisons[n + 1])))
  }
  return range
}

export function both(a: NumberRange, b: NumberRange): NumberRange {
  return {
    least: Math.max(a.least, b.least),
    greatest: Math.min(a.greatest, b.greatest),
    except: [...a.except, ...b.except],
  }
}

/** A number of the range, a short one if possible; null where there is none. */
export function numberIn({ least, greatest, except }: NumberRange): number | null {
  const isIn = (one: number) => one >= least && one <= greatest && !except.includes(one)
  const small = Array.from({ length: except.length + 2 }, (_, n) => n)
  const short = [...small, Math.ceil(least), Math.floor(greatest), greatest].find(isIn)
  if (short !== undefined) return short
  let one = least
  // Each step leaves one behind that is excepted.
  while (one <= greatest && !isIn(one)) one = nextAbove(one)
  return isIn(one) ? one : null
}

function compared(sign: string, limit: number): NumberRange {
  if (sign === '=') return { least: limit, greatest: limit, except: [] }
  if (sign === '>=') return { ...anyNumber, least: limit }
  if (sign === '<=') return { ...anyNumber, greatest: limit }
  if (sign === '>') return { ...anyNumber, least: nextAbove(limit) }
  return { ...anyNumber, greatest: -nextAbove(-limit) }
}

/** The next number that a double can be. */
function nextAbove(number: number): number {
  if (number === 0) return Number.MIN_VALUE
  const bits = new BigInt64Array(new Float64Array([number]).buffer)
  bits[0] = (bits[0] ?? 0n) + (number > 0 ? 1n : -1n)
  return new Float64Array(bits.buffer)[0] ?? number
}
