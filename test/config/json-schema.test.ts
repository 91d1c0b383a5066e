import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { configJsonSchemaText } from '../../src/config/json-schema.js'
import { parseConfig } from '../../src/config/parse.js'
import { mappedFields, ruleWords } from '../../src/event/rule.js'
import { root } from '../helpers/cli.js'

const text = configJsonSchemaText()
const schema = z.fromJSONSchema(JSON.parse(text))
const takes = (yaml: string) => schema.safeParse(parse(yaml)).success

test('the file that is shipped is what the configuration says', () => {
  expect(readFileSync(join(root, 'evt.schema.json'), 'utf8')).toBe(text)
})

test('every field of a mapping is in it', () => {
  const { events } = JSON.parse(text).properties
  const fields = Object.keys(events.additionalProperties.properties)
  expect(fields.sort()).toEqual([...mappedFields, 'entities', ...Object.keys(ruleWords)].sort())
})

const everyField = mappedFields.map((field) => `    ${field}: $.detail.${field}`).join('\n')

describe('evt and editors take', () => {
  test.each([
    'default: "prod:"',
    `events:\n  "*":\n${everyField}`,
    'events:\n  "*":\n    id: $.detail.metadata.id\n  "jobAd.*":\n    key: $.detail.jobAdId',
    'events:\n  jobAd.created:\n    sequencePer: source+key\n    sequenceType: text',
    'events:\n  jobAd.created:\n    state: none',
    'events:\n  "":\n    entities: { jobAd: $.detail.jobAdId, employer: "$[\'x.y\'][0]" }',
    'archives: { prod: s3://acme-events/archive/ }',
    'checks: [ "latency.p99 < 500ms", "orders.*: duplicates.rate < 0.1%" ]',
    'athena: { workgroup: evt, database: events, maxScan: 10GB }',
    'cloudwatch: { namespace: Evt }',
    'privacy: { redact: [ $.detail.email ] }',
    '{}',
  ])('%j', (yaml) => {
    expect(() => parseConfig(yaml, 'evt.yaml')).not.toThrow()
    expect(takes(yaml)).toBe(true)
  })
})

describe('evt and editors refuse', () => {
  test.each([
    'event: {}',
    'events:\n  "*":\n    kee: $.a',
    'events:\n  "*":\n    id: 5',
    'events:\n  "*":\n    id: detail.id',
    'events:\n  "*.x":\n    id: $.a',
    'events:\n  "*":\n    sequencePer: source',
    'events:\n  "*":\n    state: merge',
    'events:\n  "*":\n    entities: { "a:b": $.a }',
    'events: []',
    'default: ""',
    'checks: "a < 1"',
    'archives:\n  a b: x',
    'archives:\n  ab: ""',
    'athena: { xyzzy: 1 }',
    'athena:\n  maxScan: much',
    'cloudwatch: { name: Evt }',
    'privacy:\n  redact:\n    - $.a\n    - b',
    'privacy: { hide: [] }',
  ])('%j', (yaml) => {
    expect(() => parseConfig(yaml, 'evt.yaml')).toThrow()
    expect(takes(yaml)).toBe(false)
  })
})
