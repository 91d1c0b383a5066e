import { expect, test } from 'vitest'
import { httpVersion } from '../../src/aws/kinesis-client.js'

test.each<[string, string | undefined, Record<string, string>, '1' | '2']>([
  ['AWS itself', undefined, {}, '2'],
  ['an endpoint with TLS', 'https://kinesis.example.com', {}, '2'],
  ['an emulator', 'http://127.0.0.1:4567', {}, '1'],
  ['one of the environment', undefined, { AWS_ENDPOINT_URL: 'http://127.0.0.1:4567' }, '1'],
  [
    'one of Kinesis alone, before that of all',
    undefined,
    { AWS_ENDPOINT_URL: 'http://a', AWS_ENDPOINT_URL_KINESIS: 'https://b' },
    '2',
  ],
  ['what was said', undefined, { EVT_KINESIS_HTTP: '1' }, '1'],
  ['what was said of an emulator', 'http://a', { EVT_KINESIS_HTTP: '2' }, '2'],
])('%s', (_, endpointUrl, env, version) => {
  expect(httpVersion(endpointUrl, env)).toBe(version)
})

test('another version is refused', () => {
  expect(() => httpVersion(undefined, { EVT_KINESIS_HTTP: '3' })).toThrow(
    'EVT_KINESIS_HTTP=3 is no version of HTTP that evt speaks',
  )
})
