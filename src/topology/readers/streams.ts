import type { JsonObject } from '../../event/event.js'
import type { Resource } from '../template/stack.js'
import type { Wiring } from '../wiring.js'
import { sentBy } from './buses.js'
import { deadLetters, filtersOf, mapping, numberOf, type Reader } from './reader.js'

const RETENTION_H = 24

const stream: Reader = {
  node(resource) {
    const { Name: name, RetentionPeriodHours: hours = RETENTION_H } = resource.properties
    const count = resource.properties['ShardCount']
    const shards = numberOf(resource, 'ShardCount', count)
    const keptH = numberOf(resource, 'RetentionPeriodHours', hours)
    const retentionS = keptH === undefined ? undefined : keptH * 3_600
    const { AccountOpenShards: open, AccountShardLimit: limit } = resource.properties
    const isTold = typeof open === 'number' && typeof limit === 'number'
    const accountShards = isTold ? { open, limit } : undefined
    return { kind: 'stream', name, facts: { retentionS, shards, accountShards } }
  },
}

const consumer: Reader = {
  node: ({ properties }) => ({ kind: 'consumer', name: properties['ConsumerName'] }),
  wire(resource, wiring) {
    const of = { what: 'the stream of the consumer', kind: 'stream' as const }
    const from = wiring.find(resource, resource.properties['StreamARN'], of)
    if (from === undefined) return
    wiring.builder.edge({ from, to: wiring.idOf(resource), via: 'consumer' })
  },
}

const table: Reader = {
  node: ({ properties }) => ({ kind: 'table', name: properties['TableName'] }),
  wire(resource, wiring) {
    const arn = mapping(resource.properties['KinesisStreamSpecification'])['StreamArn']
    const to = wiring.find(resource, arn, { what: 'the stream of the table', kind: 'stream' })
    if (to === undefined) return
    wiring.builder.edge({ from: wiring.idOf(resource), to, via: 'stream' })
  },
}

const destinations = [
  ...['S3DestinationConfiguration', 'ExtendedS3DestinationConfiguration'],
  ...['RedshiftDestinationConfiguration', 'HttpEndpointDestinationConfiguration'],
  ...['AmazonopensearchserviceDestinationConfiguration', 'SplunkDestinationConfiguration'],
  ...['ElasticsearchDestinationConfiguration', 'IcebergDestinationConfiguration'],
]

const firehose: Reader = {
  node: ({ properties }) => ({ kind: 'firehose', name: properties['DeliveryStreamName'] }),
  wire(resource, wiring) {
    const { properties } = resource
    const id = wiring.idOf(resource)
    const source = mapping(properties['KinesisStreamSourceConfiguration'])['KinesisStreamARN']
    const of = { what: 'the source of the Firehose', kind: 'stream' as const }
    const from = wiring.find(resource, source, of)
    if (from !== undefined) wiring.builder.edge({ from, to: id, via: 'source' })
    for (const name of destinations) {
      const destination = properties[name]
      if (destination !== undefined) delivery(resource, wiring, mapping(destination))
    }
  },
}

function delivery(resource: Resource, wiring: Wiring, destination: JsonObject): void {
  const s3 = mapping(destination['S3Configuration'])
  const bucket = destination['BucketARN'] ?? s3['BucketARN']
  const what = 'the bucket of the Firehose'
  const to = wiring.find(resource, bucket, { what, kind: 'bucket' })
  if (to === undefined) return
  wiring.builder.edge({ from: wiring.idOf(resource), to, via: 'delivery' })
}

const pipe: Reader = {
  node: ({ properties }) => ({
    kind: 'pipe',
    name: properties['Name'],
    facts: { isDisabled: properties['DesiredState'] === 'STOPPED' || undefined },
  }),
  wire(resource, wiring) {
    const { Source, Enrichment, Target, SourceParameters, TargetParameters } = resource.properties
    const id = wiring.idOf(resource)
    const parameters = mapping(SourceParameters)
    const when = filtersOf(resource, parameters['FilterCriteria'])
    const from = wiring.find(resource, Source, { what: 'the source of the pipe' })
    const arn = Object.values(parameters)
      .map((each) => mapping(mapping(each)['DeadLetterConfig'])['Arn'])
      .find((each) => each !== undefined)
    const what = 'the dead-letter queue of the pipe'
    const hasDlq = deadLetters(resource, wiring, { from: id, arn, what })
    if (from !== undefined) {
      wiring.builder.edge({ from, to: id, via: 'source', when, facts: { hasDlq } })
    }
    const enrichment = wiring.find(resource, Enrichment, { what: 'the enrichment of the pipe' })
    if (enrichment !== undefined) {
      wiring.builder.edge({ from: id, to: enrichment, via: 'enrichment' })
    }
    const to = wiring.find(resource, Target, { what: 'the target of the pipe' })
    if (to === undefined) return
    const ofBus = mapping(mapping(TargetParameters)['EventBridgeEventBusParameters'])
    const isTransformed = mapping(TargetParameters)['InputTemplate'] !== undefined || undefined
    wiring.builder.edge({
      ...{ from: id, to, via: 'target', sends: sentBy(ofBus), facts: { isTransformed } },
    })
  },
}

export const readers: Readonly<Record<string, Reader>> = {
  'AWS::Kinesis::Stream': stream,
  'AWS::Kinesis::StreamConsumer': consumer,
  'AWS::DynamoDB::Table': table,
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::KinesisFirehose::DeliveryStream': firehose,
  'AWS::Pipes::Pipe': pipe,
}
