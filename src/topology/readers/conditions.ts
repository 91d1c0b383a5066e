import type { JsonObject, JsonValue } from '../../event/event.js'
import { list, mapping } from './reader.js'

/** Keys of conditions that say how or when somebody comes, not who or from where: whoever likes can
 * meet them. */
const ofAnybody: ReadonlySet<string> = new Set([
  ...['aws:securetransport', 's3:tlsversion', 'aws:useragent', 'aws:referer'],
  ...['aws:currenttime', 'aws:epochtime'],
])

/** Operators that leave somebody out, or ask only whether there is a value. */
const leavesOut = /(^|:)(Null$|NotIpAddress|\w+Not(Equals|Like))/i

/** Whether a condition says whom a statement is for: one test that not everybody meets. */
export function narrows(condition: JsonObject): boolean {
  return Object.entries(condition).some(([operator, tests]) => {
    if (leavesOut.test(operator)) return false
    return Object.entries(mapping(tests)).some(([key, value]) => {
      return !ofAnybody.has(key.toLowerCase()) && !isAnything(value)
    })
  })
}

/** `*`, and ranges of all addresses. */
function isAnything(value: JsonValue): boolean {
  return list(value).some((one) => /^(\*|0\.0\.0\.0\/0|::\/0)$/.test(String(one)))
}

/** Whether a condition is met by nothing but what comes without TLS. */
export function isOfPlainHttp(condition: JsonObject): boolean {
  const tests = Object.values(condition).flatMap((one) => Object.entries(mapping(one)))
  return (
    tests.length > 0 &&
    tests.every(([key, value]) => {
      return key.toLowerCase() === 'aws:securetransport' && String(list(value)[0]) === 'false'
    })
  )
}
