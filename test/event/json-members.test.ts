import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memberText, withMember, withValueAt } from '../../src/event/json-members.js'
import { parsePath } from '../../src/event/json-path.js'
import { campaign } from '../helpers/campaign.js'

test.each([
  ['{"a":1,"detail":{"n":9007199254740993}}', 'detail', '{"n":9007199254740993}'],
  ['{ "a" : [ {"detail":1} ] , "detail" : "x,}" }', 'detail', '"x,}"'],
  ['{"detail":1.0,"detail":2}', 'detail', '1.0'],
  ['{"d\\u0065tail":true}', 'detail', 'true'],
  ['{"a":{"detail":1}}', 'detail', undefined],
  ['{}', 'detail', undefined],
  ['[{"detail":1}]', 'detail', undefined],
])('%s has %s: %s', (text, key, value) => {
  expect(memberText(text, key)).toBe(value)
})

test.each([
  ['{}', '{"m":"x"}'],
  ['{ }', '{ "m":"x"}'],
  ['{"a":1e400 }', '{"a":1e400,"m":"x" }'],
  ['{"m": {"a":[1]} , "b":2}', '{"m": "x" , "b":2}'],
])('%s becomes %s', (text, more) => {
  expect(withMember(text, 'm', '"x"')).toBe(more)
})

test.each([
  ['{"a":{"b":1.0}, "c":2}', '$.a.b', '{"a":{"b":"x"}, "c":2}'],
  ['{"a":[1, {"b":[7]} ,3]}', '$.a[1].b[0]', '{"a":[1, {"b":["x"]} ,3]}'],
  ['{"a":1,"a":{"b":2},"a":{"b":3}}', '$.a.b', '{"a":1,"a":{"b":"x"},"a":{"b":"x"}}'],
  ['{"a":[ ]}', '$.a[0]', '{"a":[ ]}'],
  ['{"a":["],",2]}', '$.a[1]', '{"a":["],","x"]}'],
  ['{"a":1}', '$.a.b', '{"a":1}'],
  ['{"a":1}', '$.a[0]', '{"a":1}'],
  ['[1,2]', '$[1]', '[1,"x"]'],
  ['{"a":1}', '$', '"x"'],
])('%s with another value at %s: %s', (text, path, changed) => {
  expect(withValueAt(text, parsePath(path), '"x"')).toBe(changed)
})

test('any object has its members, and keeps them beside a new one', () => {
  const value = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
  const space = fc.constantFrom(undefined, 1, '\t')
  fc.assert(
    fc.property(value, fc.string(), space, (object, key, indent) => {
      const given = JSON.parse(JSON.stringify(object)) as Record<string, unknown>
      const text = JSON.stringify(given, null, indent)
      for (const [name, held] of Object.entries(given)) {
        expect(JSON.parse(memberText(text, name) ?? '')).toEqual(held)
      }
      const own = Object.fromEntries([...Object.entries(given), [key, 7]])
      expect(JSON.parse(withMember(text, key, '7'))).toEqual(own)
    }),
    { numRuns: campaign(200) },
  )
})
