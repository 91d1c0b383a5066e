import type { Topic } from './topic.js'

export const topic: Topic = {
  parts: [
    'A SOURCE is what a command reads. Several are read as one archive.',
    {
      terms: [
        ['orders.ndjson', 'a file'],
        ['archive/', 'a folder, with all that is below it'],
        ["'archive/**/*.gz'", 'a glob, in quotes'],
        ['-', 'standard input; also /dev/stdin, named pipes and <(command)'],
        ['prod:', 'an alias: archives: { prod: archive/ } of evt.yaml'],
        ['prod:2026/11', 'a path below the address of an alias'],
      ],
    },
    { heading: 'of AWS' },
    {
      terms: [
        ['s3://acme/archive', 'all objects below a prefix of a bucket, or one object'],
        ['sqs://orders', 'a queue; also by its ARN or URL: evt tail, evt lag'],
        ['sns://shop', 'a topic, also by its ARN: evt tail, evt lag'],
        ['eventbridge://shop/rule', 'a bus, or one of its rules: evt tail, evt lag'],
        ['kinesis://orders', 'a stream, or with /SHARD one of its shards: evt tail, evt lag'],
        ['dynamodb://orders', 'a table, by its stream: evt tail, evt record'],
        ['logs:///aws/events/shop', 'a log group, its first slash included: evt tail'],
      ],
    },
    'What is in S3 is fetched as it is read, into a temporary folder that holds 4 GB at most: ' +
      'objects that folders of their key place outside of --since and --until are not. ' +
      'evt tail, evt record and evt stats --duration follow it, object by object as they come.',
    { heading: 'left out' },
    'Without a SOURCE, default: of evt.yaml is read. Where there is none, evt asks on a ' +
      'terminal; a script is told the lines to type, and exit code 2. Standard input is never ' +
      'read unasked.',
    { heading: 'what is read' },
    'NDJSON, JSON arrays, pretty-printed and concatenated JSON (Firehose), the files of ' +
      'CloudTrail, Parquet, Avro, CSV and TSV; plain, gzip and zstd. Content tells which it is, ' +
      'not the name, and one folder may hold all of them. Histogram logs of HdrHistogram are ' +
      'read by themselves.',
    'In folders names that begin with . or _ are left out, and so are truth.json and evt.yaml. ' +
      'Files are read in byte order of their paths. A file that is named twice, or reached by a ' +
      'link too, is read once.',
  ],
}
