import { describe, expect, test } from 'vitest'
import { overlaps, partitionOf } from '../../src/archives/partitions.js'

function interval(path: string): string | undefined {
  const found = partitionOf(`/data/${path}`, path)
  const text = (timeUs: number) => new Date(timeUs / 1000).toISOString().slice(0, 13)
  return found && `${text(found.fromUs)} ${text(found.untilUs)}`
}

describe('the time that folders stand for', () => {
  test.each<[string, string | undefined]>([
    ['year=2026/month=11/day=01/hour=05/a.gz', '2026-11-01T05 2026-11-01T06'],
    ['year=2026/month=1/day=2/a.gz', '2026-01-02T00 2026-01-03T00'],
    ['year=2026/month=12/a.gz', '2026-12-01T00 2027-01-01T00'],
    ['year=2026/a.gz', '2026-01-01T00 2027-01-01T00'],
    ['Year=2026/Month=11/a.gz', '2026-11-01T00 2026-12-01T00'],
    ['date=2026-11-01/a.gz', '2026-11-01T00 2026-11-02T00'],
    ['date=2026-11-01/hour=23/a.gz', '2026-11-01T23 2026-11-02T00'],
    ['dt=2026-11-01/type=order/a.gz', '2026-11-01T00 2026-11-02T00'],
    ['dt=20261101/a.gz', '2026-11-01T00 2026-11-02T00'],
    ['day=2026-11-01/a.gz', '2026-11-01T00 2026-11-02T00'],
    ['2026/11/01/05/a.gz', '2026-11-01T05 2026-11-01T06'],
    ['events/2026/11/01/a.gz', '2026-11-01T00 2026-11-02T00'],
    ['2026/11/a.gz', '2026-11-01T00 2026-12-01T00'],
    ['2026-11-01/a.gz', '2026-11-01T00 2026-11-02T00'],
    ['2026-11-01/05/a.gz', '2026-11-01T05 2026-11-01T06'],
    ['2024-02-29/a.gz', '2024-02-29T00 2024-03-01T00'],
    ['2026/a.gz', undefined],
    ['2026-11-01.gz', undefined],
    ['2026/13/01/a.gz', undefined],
    ['2026-02-29/a.gz', undefined],
    ['2026/11/01/24/a.gz', undefined],
    ['date=unknown/a.gz', undefined],
    ['events/date=2026-11-01/000000000042.parquet', undefined],
    ['events/date=2026-11-01/000000000042-1.parquet', undefined],
    ['events/date=2026-11-01/42.parquet', '2026-11-01T00 2026-11-02T00'],
    ['date=__HIVE_DEFAULT_PARTITION__/a.gz', undefined],
    ['month=11/day=01/a.gz', undefined],
    ['hour=05/a.gz', undefined],
    ['orders/a.gz', undefined],
  ])('%s', (path, expected) => {
    expect(interval(path)).toBe(expected)
  })

  test('a date path above the folder that was named does not count, a hive key does', () => {
    expect(partitionOf('/backup/2026/11/01/in/a.gz', 'a.gz')).toBeUndefined()
    expect(partitionOf('/in/date=2026-11-01/a.gz', 'a.gz')).toBeDefined()
  })
})

test('a partition is widened by an hour to both sides, half-open', () => {
  const hour = 3_600_000_000
  const partition = { fromUs: 10 * hour, untilUs: 11 * hour }
  expect(overlaps(partition, {})).toBe(true)
  expect(overlaps(partition, { untilUs: 9 * hour })).toBe(false)
  expect(overlaps(partition, { untilUs: 9 * hour + 1 })).toBe(true)
  expect(overlaps(partition, { sinceUs: 12 * hour })).toBe(false)
  expect(overlaps(partition, { sinceUs: 12 * hour - 1 })).toBe(true)
})
