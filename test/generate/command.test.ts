import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { evt } from '../helpers/cli.js'
import { newFolder } from './given.js'

describe('evt generate', () => {
  test('says what it planted, and what to type next', async () => {
    const to = newFolder()
    const { code, stdout, stderr } = await evt([
      'generate',
      ...['--to', to, '--events', '3000', '--seed', '3', '--color', 'never'],
      ...['--duplicates=1%', '--loss=0.01', '--reorder=0', '--files=2', '--compression=none'],
    ])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/2 files, [\d.]+ MB, [\d,]+ records, truth\.json, evt\.yaml$/)
    expect(lines.filter((line) => /^(duplicates|lost) +\d+ {2}/.test(line))).toHaveLength(2)
    expect(lines.at(-1)).toBe(`next  evt stats ${to}`)
  })

  test('gives a summary as JSON', async () => {
    const to = newFolder()
    const { stdout } = await evt(['generate', '--to', to, '--events', '1k', '-o', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'evt.generate/1',
      to,
      seed: 1,
      objects: 1,
      truth: join(to, 'truth.json'),
      mapping: join(to, 'evt.yaml'),
    })
  })

  const rates = ['--duplicates', '60%', '--loss', '0.5', '--reorder', '0']
  test.each<[string[], string]>([
    [
      ['--duplicates=-1%'],
      'evt: --duplicates: -1% is not between 0% and 100%\n     write 0.3% or 0.003\n',
    ],
    [
      ['--loss', '150%'],
      'evt: --loss: 150% is not between 0% and 100%\n     write 0.3% or 0.003\n',
    ],
    [['--skew', 'some'], 'evt: --skew: "some" is no share\n     write 0.3% or 0.003\n'],
    [
      rates,
      'evt: the rates of faults add up to 110%: --duplicates 60%, --loss 50%\n' +
        '     an event has one planted fault at most: the rates may add up to 100%\n',
    ],
    [
      ['--envelope', 'eventbrige'],
      'evt: unknown envelope eventbrige\n     did you mean eventbridge?\n',
    ],
    [
      ['--envelope', 'sqs>snss>json'],
      'evt: unknown envelope snss in sqs>snss>json\n     did you mean sns?\n',
    ],
    [
      ['--envelope', 'eventbridge>sqs'],
      'evt: eventbridge cannot be wrapped around another envelope in eventbridge>sqs\n' +
        '     the outermost comes first: sqs>sns>eventbridge\n',
    ],
    [
      ['--envelope', 'gzip>json'],
      'evt: gzip has to be in something in gzip>json\n' +
        '     in a message, as kinesis>gzip>eventbridge; a whole file is packed by --compression\n',
    ],
    [
      ['--envelope', 'cloudevents-batch'],
      'evt: array has to be in something in cloudevents-batch\n' +
        '     in a message, as sqs>cloudevents-batch; a whole file is --format array\n',
    ],
    [
      ['--envelope', 'kafka>cloudevents-binary'],
      'evt: kafka>cloudevents-binary would not be read as what it is written as\n' +
        '     wrappers go around what they are of: records>sqs-lambda, records-kinesis>kinesis\n',
    ],
    [
      ['--envelope', 'sqs>sns>sqs>sns>sqs>sns>sqs>sns'],
      'evt: sqs>sns>sqs>sns>sqs>sns>sqs>sns has 9 layers; at most 8 are written\n',
    ],
    [
      ['--envelope', 'json', '--replays', '1%'],
      'evt: --replays: a delivery in json cannot say that it is a replay\n' +
        '     use --envelope eventbridge, or a chain that ends in it, such as sqs>eventbridge\n',
    ],
    [
      ['--redeliveries', '1%'],
      'evt: --redeliveries: a delivery in eventbridge cannot say that it is one\n' +
        '     use --envelope sqs, or a chain that begins with it, such as sqs>eventbridge\n',
    ],
    [
      ['--format', 'parquet', '--undecodable', '1%'],
      'evt: --undecodable: a Parquet file has no undecodable records\n' +
        '     use --format ndjson, or mixed, which plants them in the files of text\n',
    ],
    [
      ['--format', 'parquet', '--envelope', 'mixed'],
      'evt: --envelope mixed: the columns of a Parquet file are those of one envelope\n' +
        '     use one envelope, or --format mixed, which writes mixed envelopes as text\n',
    ],
    [
      ['--format', 'avro', '--undecodable', '1%'],
      'evt: --undecodable: an Avro file has no undecodable records\n' +
        '     use --format ndjson, or mixed, which plants them in the files of text\n',
    ],
    [
      ['--format', 'avro', '--compression', 'zstd'],
      'evt: --compression zstd: Avro is written with deflate\n' +
        '     use --compression gzip or none\n',
    ],
    [
      ['--format', 'ndjsn'],
      'evt: --format ndjsn is not one of ndjson, array, concatenated, parquet, avro, mixed\n' +
        '     did you mean --format ndjson?\n',
    ],
    [
      ['--events', '0'],
      'evt: --events: "0" is not a whole number from 1 to 100,000,000\n' +
        '     write 500, 10k or 2M\n',
    ],
    [
      ['--latency', '180ms,20ms'],
      'evt: --latency: the 99th percentile is below the median\n' +
        '     write --latency 20ms,180ms\n',
    ],
    [
      ['--latency', 'fast'],
      'evt: --latency: "fast" is no latency\n' +
        '     write the median and the 99th percentile: --latency 20ms,180ms\n',
    ],
    [['--rate', '0'], 'evt: --rate: "0" is no rate from 0.001/s to 1M/s\n     write 100/s\n'],
    [
      ['--start', 'noon'],
      'evt: --start: "noon" is not a time\n     write 2026-11-01 or 2026-11-01T14:00:00Z\n',
    ],
    [
      ['--silence', 'type', '--types', '1', '--sources', '1'],
      'evt: --silence type needs at least two types\n     one falls silent, the others go on\n',
    ],
    [
      ['--members', '2', '--compression', 'zstd'],
      'evt: --members needs --compression gzip\n     only gzip files have members\n',
    ],
    [
      ['--loss', '100%', '--duplicates', '0', '--reorder', '0', '--events', '10'],
      'evt: all 10 events are lost: there is nothing to write\n' +
        '     lower --loss or raise --events\n',
    ],
  ])('refuses %j', async (flags, message) => {
    const { code, stdout, stderr } = await evt(['generate', '--to', newFolder(), ...flags])
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: message })
  })

  test('needs a folder', async () => {
    const { code, stderr } = await evt(['generate'])
    expect({ code, stderr }).toMatchObject({ code: 2 })
    expect(stderr).toContain('--to is missing')
  })
})
