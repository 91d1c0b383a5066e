import { expect, test } from 'vitest'
import { athenaVoice } from '../../src/cli/athena-locate.js'
import type { ReadRequest } from '../../src/reading/open-archive.js'

test('how a query stands is shown as progress, and what it costs is noted', () => {
  const [labels, notes]: [string[], string[]] = [[], []]
  const onProgress: ReadRequest['onProgress'] = ({ label }) => labels.push(String(label))
  const request = { onProgress } as ReadRequest // of which nothing else is asked
  const voice = athenaVoice((text) => notes.push(text), request)
  voice.onEstimate({ mostBytes: 3e12, usd: 15 })
  voice.onState({ state: 'QUEUED', scannedBytes: 0 })
  voice.onState({ state: 'RUNNING', scannedBytes: 12_300_000 })
  expect(notes).toEqual(['Athena will scan up to 3.0 TB: $15.00 at most'])
  expect(labels).toEqual(['Athena: queued, 0 B scanned', 'Athena: running, 12 MB scanned'])
})
