import { describe, expect, test } from 'vitest'
import { openText, splitStatements } from '../../src/questions/statements.js'

describe('statements end with a semicolon', () => {
  test.each([
    ['select 1;', ['select 1'], ''],
    ['select 1; select 2;\nselect', ['select 1', 'select 2'], '\nselect'],
    ['select \';\' as a, "b;" -- c;\n/* d; */ ;', ['select \';\' as a, "b;" -- c;\n/* d; */'], ''],
    ["select 'it''s; so", [], "select 'it''s; so"],
    ['select "a; b', [], 'select "a; b'],
    ['select 1 /* not; yet', [], 'select 1 /* not; yet'],
    ['select 1 -- not; yet', [], 'select 1 -- not; yet'],
    ['select 4/2-1;', ['select 4/2-1'], ''],
    [';;\n -- nothing\n;', [], ''],
    ['  \n', [], ''],
  ])('%j', (text, statements, rest) => {
    expect(splitStatements(text)).toEqual({ statements, rest })
  })
})

describe('a text that is not closed', () => {
  test.each([
    ["select * from events where type = 'ord", 'ord'],
    ["select 'a' = '", ''],
    ["select 'it''s", "it''s"],
    ["select 'a'", undefined],
    ["select -- 'a", undefined],
    ['select "a', undefined],
    ['', undefined],
  ])('%j', (statement, text) => {
    expect(openText(statement)).toBe(text)
  })
})
