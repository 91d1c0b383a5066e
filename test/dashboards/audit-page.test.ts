import { expect, test } from 'vitest'
import { auditPage } from '../../dashboards/html/audit-page.js'
import { auditOf } from './audits.js'
import { made } from './pages.js'
import { words } from './words.js'

const pageOf = (name: string) => auditPage(auditOf(name), made)

test('what stands out comes first', async () => {
  const said = words(await pageOf('order'))
  const first = [
    'order:7',
    'behind ! copy.json is as after order.changed id-3',
    'partial ! Not everything was read',
    'another history ! What would be without id-5 and with the events of f.ndjson',
    'delivered again 3 ! 13 deliveries in all',
    'copies differ 1 !',
    'late 1 !',
    'gaps 1 !',
    'When it happened, and how long it took to arrive',
    'Events',
  ].map((text) => said.indexOf(text))
  expect(first).not.toContain(-1)
  expect(first).toEqual([...first].sort((a, b) => a - b))
})

test('a mark for every delivery, a line for every gap', async () => {
  const page = await pageOf('order')
  const marks = [...page.matchAll(/<path class="(first|late|copy|replay)"/g)].map(
    ([, kind]) => kind,
  )
  // Without any time there is no place for one.
  expect(marks.sort()).toEqual([
    ...[
      'copy',
      'copy',
      'first',
      'first',
      'first',
      'first',
      'first',
      'first',
      'first',
      'late',
      'replay',
      'replay',
    ],
  ])
  expect(page.match(/<g class="gaps">(<line [^>]*>)<\/g>/)).not.toBeNull()
  expect(words(page)).toContain(
    'dots: first deliveries, triangles: late or out of order, squares: delivered again, ' +
      'diamonds: replayed, dashed lines: before these something is missing',
  )
})

test('rows have marks, causes and payloads, and say what is missing before them', async () => {
  const said = words(await pageOf('order'))
  expect(said).toContain(
    'late, reordered ! {"n":2,"title":"Cook"} { "n": 2, "title": "Cook" } row 1',
  )
  expect(said).toContain('5 to 6 are missing !')
  expect(said).toContain('cart-1')
})

test('what was asked for has a section', async () => {
  const said = words(await pageOf('order'))
  expect(said).toContain(
    '4 events are in the same chains In the same chains time type source about id',
  )
  expect(said).toContain('and 3 more events')
  expect(said).toContain('changed before after $.n 1 9 $.title "Cook"')
  expect(said).toContain('differs state copy $.title "Cook" "Chef"')
  expect(said).toContain('State { "n": 9, "title": "Cook", "tags": [ "a", { "b": null } ] }')
  const plain = words(await pageOf('one event'))
  expect(plain).not.toMatch(/What changed|The copy|State|In the same chains/)
  expect(plain).toContain('All happened at one moment.')
})

test('where nobody recorded arrivals, when things happened is all', async () => {
  const said = words(await pageOf('no arrivals'))
  expect(said).toContain('When it happened 2026-11-01 00:00:01 → 00:00:05 UTC; events so far')
  expect(words(await pageOf('no times'))).toContain('No event has a time.')
  expect(words(await pageOf('nothing'))).toContain('No event was found')
})

test('more events than a page should have', async () => {
  const page = await pageOf('3,000 events')
  expect(words(page)).toContain('… 2,000 more: --output json shows all')
  expect(page.length).toBeLessThan(2_000_000)
})
