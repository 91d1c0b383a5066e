import { expect, test } from 'vitest'
import { withoutSecrets } from '../../src/event/shown-url.js'

test.each([
  ['https://a.test/b', 'https://a.test/b'],
  ['https://user:word@a.test/b', 'https://…@a.test/b'],
  ['https://a.test/b?x=1&token=2', 'https://a.test/b?x=…&token=…'],
  ['https://a.test/b?secret', 'https://a.test/b?…'],
  ['https://a.test/b?secret&x=a=b', 'https://a.test/b?…&x=…'],
  ['https://a.test/b#secret', 'https://a.test/b#…'],
  ['https://a.test?secret#more', 'https://a.test?…#…'],
  ['--to=HTTP://a.test/?k, then http://b.test/#t', '--to=HTTP://a.test/?… then http://b.test/#…'],
  ['s3://bucket/a?b#c', 's3://bucket/a?b#c'],
])('%s is shown as %s', (text, shown) => {
  expect(withoutSecrets(text)).toBe(shown)
})
