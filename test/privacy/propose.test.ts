import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'

let at: Stage

beforeEach(() => {
  at = stage()
})
afterEach(() => at.remove())

/** Made up, or of ranges that are kept for examples. */
const personal = {
  email: 'ada@example.com',
  customer: { firstName: 'Ada', last_name: "O'Brien-Smith", dateOfBirth: '1990-02-01' },
  contact: { mobile: '040 1234567', office: '+44 20 7946 0958' },
  account: 'GB82 WEST 1234 5698 7654 32',
  ssn: '219-09-9999',
  hetu: '131052-308T',
  clientIp: '203.0.113.7',
  v6: '2001:db8::7',
  zoned: '2001:db8::7%eth0',
  mapped: '::ffff:203.0.113.7',
  cardNumber: '4111111111111111',
  shipping: { street: 'Main Street 1', postalCode: '00100' },
  note: 'please call me at home in the evening',
  log: 'user ada@example.com was logged in',
  friends: [{ mail: 'bob@example.com' }],
}

/** What looks like it, and is none. */
const decoys = {
  id: '4111111111111111',
  quantity: 42,
  orderNumber: '20261101123456',
  at: '2026-11-01T00:00:00Z',
  version: '1.2.3.4',
  host: '10.0.0.7',
  mappedHost: '::ffff:10.0.0.7',
  linkLocal: 'fe80::7%eth0',
  uuid: '3f0c9e62-0f5c-4f6e-9a39-7a1d7a1d7a1d',
  product: { name: 'Lamp of brass', title: 'A lamp' },
  eventName: 'PutObject',
  fileName: 'report.pdf',
  package: '@acme/lamp@1.2.3',
  image: 'registry.example.com/lamp@sha256:0a1b2c3d',
  reference: 'GB00WEST12345698765432',
  sku: '219-99-0000-1',
  url: 'https://shop.example.com/lamps?ref=a@b.example',
  status: 'shipped',
  epoch: 1_793_491_200_000,
  isbn: '9780306406157',
  emailVerified: true,
  phoneType: 'home',
  messageType: 'order',
}

test('names and values tell what is personal, and decoys are left alone', () => {
  const event = { ...decoys, type: 'order.placed', source: 'shop', ...personal }
  const lines = [1, 2, 3].map((n) => `${JSON.stringify({ ...event, id: `${n}` })}\n`)
  writeFileSync(join(at.work, 'a.ndjson'), lines.join(''))
  const { status, stdout } = spawnSync('evt', ['gdpr', 'propose', 'a.ndjson', '-o', 'json'], {
    cwd: at.work,
    env: at.env,
  })
  expect(status).toBe(0)
  const { fields } = JSON.parse(String(stdout)) as { fields: { path: string; kinds: string[] }[] }
  const found = new Map(fields.map(({ path, kinds }) => [path, kinds[0]]))
  const expected = {
    '$.email': 'email',
    '$.customer.firstName': 'name',
    '$.customer.last_name': 'name',
    '$.customer.dateOfBirth': 'birthDate',
    '$.contact.mobile': 'phone',
    '$.contact.office': 'phone',
    '$.account': 'iban',
    '$.ssn': 'nationalId',
    '$.hetu': 'nationalId',
    '$.clientIp': 'ip',
    '$.v6': 'ip',
    '$.zoned': 'ip',
    '$.mapped': 'ip',
    '$.cardNumber': 'card',
    '$.shipping.street': 'address',
    '$.shipping.postalCode': 'address',
    '$.note': 'freeText',
    '$.log': 'freeText',
    '$.friends[*].mail': 'email',
  }
  expect(Object.fromEntries(found)).toEqual(expected)
  // What somebody's data are is shown to nobody.
  expect(String(stdout)).not.toMatch(/ada@|O'Brien|Main Street|203\.0|WEST/)
})
