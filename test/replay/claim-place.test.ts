import { expect, test } from 'vitest'
import { checkClaimPlace } from '../../src/replay/claim-check.js'

const place = 's3://acme/archive/claims'
const config = { archives: { prod: 's3://acme/archive/', local: 'archive/' } }

test.each([
  's3://acme/archive',
  's3://acme/',
  's3://acme/archive/**/*.json',
  'prod:',
  'prod:claims',
])('a place for large bodies is not in %s, which is read', (source) => {
  expect(() => checkClaimPlace(place, { sources: ['a.ndjson', source], config })).toThrow(
    `--claim-check ${place} is in ${source}, which is read`,
  )
})

test.each([
  's3://acme/archive/2026',
  's3://acme/arch',
  's3://other/archive',
  'prod:2026',
  'local:',
])('beside %s it may be', (source) => {
  checkClaimPlace(place, { sources: [source], config })
  checkClaimPlace(null, { sources: [source], config })
})
