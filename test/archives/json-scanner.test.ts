import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonScanner } from '../../src/archives/json-scanner.js'
import { readJson } from '../../src/event/json.js'
import { campaign } from '../helpers/campaign.js'

/** How far the scanner comes, given the text in pieces. */
function scan(text: string, pieceBytes = text.length) {
  const scanner = new JsonScanner()
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const result = scanner.scan(bytes.subarray(at, at + pieceBytes), 0, at)
    if (result !== 'more') return { result, offset: scanner.offset }
  }
  return { result: 'more', offset: scanner.offset }
}

function isRead(text: string): boolean {
  return readJson(text).ok
}

describe('where a value ends', () => {
  test.each<[string, string, number]>([
    ['{}x', 'end', 2],
    [' {"a":[1,{"b":null}]} {', 'end', 21],
    ['{"a":"}\\"]\\u00e9"}', 'end', 18],
    ['[1,-0.5e+7,true,false,null,""]', 'end', 30],
    ['12.5e3,', 'end', 6],
    ['"x"y', 'end', 3],
    ['{"a":1', 'more', 6],
    ['{"a":1,}', 'end', 8],
    ['[1, ]', 'end', 5],
    ['[NaN,-Infinity,inf,-nan]', 'end', 24],
    ['{"a":-INF,"b":Nan}', 'end', 18],
    ['[-in]', 'bad', 4],
    ['[nane]', 'bad', 4],
    ['[infinityx]', 'bad', 9],
    ['[+inf]', 'bad', 1],
    ['[TRUE]', 'bad', 1],
    ['[,]', 'bad', 1],
    ['[1,,]', 'bad', 3],
    ['{"a":1,,}', 'bad', 7],
    ['{"a":,}', 'bad', 5],
    ['{a:1}', 'bad', 1],
    ['[01]', 'bad', 2],
    ['[1.]', 'bad', 3],
    ['[tru]', 'bad', 4],
    ['["\n"]', 'bad', 2],
    ['["\\x"]', 'bad', 3],
    ['["\\u12g4"]', 'bad', 6],
    ['{"a":1]', 'bad', 6],
    ['[1}', 'bad', 2],
    ['{"a" "b"}', 'bad', 5],
    ['oops', 'bad', 0],
  ])('%j', (text, result, offset) => {
    expect(scan(text)).toEqual({ result, offset })
    expect(scan(text, 1)).toEqual({ result, offset })
  })
})

test('agrees with readJson on JSON and on JSON with changed characters', () => {
  const value = fc.jsonValue().map((made) => JSON.stringify({ made }))
  const change = fc.record({
    at: fc.nat(),
    by: fc.constantFrom(...'{}[]",:\\0123-+.eEtfnu \n\tx'.split(''), 'NaN', '-inf', ',]', ',}'),
  })
  fc.assert(
    fc.property(
      value,
      fc.array(change, { maxLength: 3 }),
      fc.integer({ min: 1, max: 20 }),
      (made, changes, piece) => {
        const text = changes.reduce((so, { at, by }) => {
          const place = at % so.length
          return so.slice(0, place) + by + so.slice(place + 1)
        }, made)
        fc.pre(/^[{[]/.test(text))
        const { result, offset } = scan(text, piece)
        const isWhole = result === 'end' && text.slice(offset).trim() === ''
        expect(isWhole).toBe(isRead(text))
        if (result === 'end') expect(isRead(text.slice(0, offset))).toBe(true)
      },
    ),
    { numRuns: campaign(2000) },
  )
})

test('nesting has no limit', () => {
  const depth = 1_000_000
  expect(scan('['.repeat(depth) + ']'.repeat(depth))).toEqual({ result: 'end', offset: 2 * depth })
})
