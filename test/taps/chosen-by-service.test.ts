import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../src/event/json.js'
import { parsePattern } from '../../src/event/pattern.js'
import { patternMatcher } from '../../src/event/pattern-match.js'
import { busPattern, everyEvent } from '../../src/taps/bus-pattern.js'
import { filterPolicy } from '../../src/taps/filter-policy.js'
import { documents, patterns } from '../event/patterns.js'

const policyOf = (pattern: string) => {
  parsePattern(pattern)
  return filterPolicy(parseJson(pattern)) ?? null
}
const ruleOf = (pattern: string) => {
  parsePattern(pattern)
  return busPattern(parseJson(pattern))
}
const titled = (rows: readonly (readonly [string, string | null])[]) =>
  rows.map(([pattern, said]) => [pattern.slice(0, 60), pattern, said] as const)
const values = (count: number) => JSON.stringify(Array.from({ length: count }, (_, n) => `v${n}`))

describe('the filter policy of SNS for', () => {
  test.each(
    titled([
      ['{"type":["order.placed","order.paid"]}', '{"type":["order.placed","order.paid"]}'],
      ['{"detail":{"total":[100,true]}}', '{"detail":{"total":[100,true]}}'],
      ['{"a":{"b":["x"],"c":["y"]}}', '{"a":{"b":["x"],"c":["y"]}}'],
      ['{"a":[{"prefix":"x"},{"suffix":"y"},"z"]}', '{"a":[{"prefix":"x"},{"suffix":"y"},"z"]}'],
      ['{"a":[{"exists":true}]}', '{"a":[{"exists":true}]}'],
      ['{"a":[{"cidr":"10.0.0.0/24"}]}', '{"a":[{"cidr":"10.0.0.0/24"}]}'],
      ['{"a":[{"equals-ignore-case":"Shop"}]}', '{"a":[{"equals-ignore-case":"shop"}]}'],
      ['{"a":[{"numeric":["=",5]}]}', '{"a":[{"numeric":["=",5]}]}'],
      // What SNS would not say in the same way is left out, and the rest stays.
      ['{"a":["x"],"b":[{"anything-but":"y"}]}', '{"a":["x"]}'],
      ['{"a":["x",{"exists":false}]}', null],
      ['{"a":[{"exactly":"x"}]}', null],
      ['{"a":[{"wildcard":"x*"}]}', null],
      ['{"a":[{"prefix":{"equals-ignore-case":"x"}}]}', null],
      ['{"a":[{"equals-ignore-case":"zé"}]}', null],
      ['{"a":[null]}', null],
      ['{"a":[{"numeric":[">",5]}]}', null],
      ['{"a":[{"numeric":[">",5,"<",7]}]}', '{"a":[{"numeric":[">=",5,"<=",7]}]}'],
      ['{"a":[{"numeric":[">",5,"<",7000000000]}]}', null],
      ['{"a":[1000000000]}', null],
      ['{"a":[0.123456]}', null],
      ['{"a":["10.0.0.1"]}', null],
      ['{"a":[9007199254740993]}', null],
      // Of alternatives, what they have in common.
      ['{"$or":[{"a":["x"]},{"b":["y"]}]}', null],
      ['{"$or":[{"a":["x"],"b":["z"]},{"a":["y"]}],"c":[1]}', '{"a":["x","y"],"c":[1]}'],
      ['{"$or":[{"a":["x"]},{"a":[null]}],"c":[1]}', '{"c":[1]}'],
      ['{"d":{"$or":[{"a":["x"]},{"a":["y"]}]}}', '{"d":{"a":["x","y"]}}'],
      // Five keys, and 150 combinations.
      [
        '{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1],"f":[1]}',
        '{"a":[1],"b":[1],"c":[1],"d":[1],"e":[1]}',
      ],
      [`{"a":${values(150)},"b":[1]}`, `{"a":${values(150)},"b":[1]}`],
      [`{"a":${values(151)},"b":[1]}`, '{"b":[1]}'],
      [`{"a":${values(100)},"b":[1,2],"c":[3]}`, `{"a":${values(100)},"c":[3]}`],
      [`{"a":{"b":${values(76)}},"c":[3]}`, '{"c":[3]}'],
      ['{"__proto__":["x"]}', '{"__proto__":["x"]}'],
    ]),
  )('%s', (_, pattern, policy) => {
    expect(policyOf(pattern)).toBe(policy)
  })
})

describe('the rule for', () => {
  test.each(
    titled([
      ['{"detail-type": ["order.placed"]}', '{"detail-type":["order.placed"]}'],
      ['{"a":[{"exists":false}],"b":[{"wildcard":"x*"}]}', null],
      ['{"a":["x"],"b":[{"exactly":"y"}]}', '{"a":["x"]}'],
      ['{"d":{"a":[{"exactly":"y"}]}}', everyEvent],
      ['{"$or":[{"a":[{"exactly":"y"}]},{"a":["x"]}],"b":[1]}', '{"b":[1]}'],
      ['{"$or":[{"a":["z"]},{"b":["x"]}]}', null],
      ['{"a":[9007199254740993]}', everyEvent],
      [`{"a":${values(1_000)}}`, everyEvent],
    ]),
  )('%s', (_, pattern, rule) => {
    expect(ruleOf(pattern)).toBe(rule ?? pattern)
  })
})

test('what a pattern matches, the policy and the rule let through', () => {
  fc.assert(
    fc.property(patterns, documents, (pattern, document) => {
      const text = JSON.stringify(pattern)
      const read = (some: string) => patternMatcher(parsePattern(some))
      if (!read(text)(document)) return
      const policy = filterPolicy(pattern)
      if (policy !== undefined) expect(read(policy)(document)).toBe(true)
      const rule = busPattern(pattern)
      if (rule !== everyEvent) expect(read(rule)(document)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})
