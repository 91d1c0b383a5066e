import { presetNames } from '../../envelopes/presets.js'
import { mappedFields } from '../../event/rule.js'
import type { Topic } from './topic.js'

export const topic: Topic = {
  parts: [
    'id, source, type and time need no mapping where evt knows the wrapping, nested as it may ' +
      'be. What else the fields mean you ' +
      'say once in evt.yaml, by type, with the paths that EventBridge uses. evt init proposes it.',
    {
      verbatim: [
        'events:',
        '  "*":                           # all types',
        '    receivedAt: $.receivedAt     # when it arrived: needed for latency',
        '    key: $.detail.jobAdId        # what order is promised for',
        '    sequence: $.detail.version   # the counter of the producer, by key',
        '  "order.*":                     # a longer prefix overrides field by field',
        '    key: $.detail.orderId',
        '    entities: { order: $.detail.orderId }',
        'archives: { prod: archive/ }',
        'default: "prod:"',
      ],
    },
    'The same on the command line, for one run and all types: --map key=$.detail.orderId, once ' +
      'for each field. It wins over the file.',
    { heading: 'fields' },
    `${mappedFields.join(', ')}, and entities.KIND.`,
    {
      terms: [
        ['sequencePer', 'key (the default), or source+key: each source counts by itself'],
        ['sequenceType', 'integer (the default), of any size, or text, as ULIDs are'],
        [
          'state',
          'what the payload is to the state that evt audit --state tells: patch (the default; a ' +
            'JSON merge patch), snapshot (the state itself), delete or none',
        ],
      ],
    },
    { heading: 'paths' },
    'They begin at the innermost document that has the attributes of the event: the object with ' +
      'detail, the CloudEvent, else the body. Where a path finds nothing or null, the field of ' +
      'the wrapping counts, but not for key and sequence: then the event has none. Objects and ' +
      'arrays are no ids and no keys. A path that no event has is the finding mappingUnused, ' +
      'with the paths that there are.',
    { heading: 'files' },
    '--config FILE, else EVT_CONFIG, else evt.yaml here, else the one in the folder of the first ' +
      'SOURCE. Flags win over the environment (EVT_...), that over the file. A key that evt does ' +
      'not know is an error. evt init --schema prints the JSON Schema for editors.',
    { heading: 'wrappings' },
    `${presetNames().join(', ')}.`,
    'A document that fits several of these is the first of them, in this order; json, the ' +
      'last, fits every object. --preset NAME takes events for one wrapping instead, or else ' +
      'for plain JSON. evt stats --verbose says where another wrapping fits too, of the records ' +
      'that are looked at to tell wrappings, and where several rules map the same field.',
    'A message of SQS is told by MessageId and Body, one of SNS by Type, TopicArn and Message. ' +
      'Other systems use these words too: a document whose body is prose, neither JSON nor ' +
      'packed, is an event itself, unless it has what AWS always adds (for SQS ReceiptHandle, ' +
      'MD5OfBody or the Attributes SentTimestamp or ApproximateReceiveCount; for SNS MessageId ' +
      'and Timestamp). Then it is a message that cannot be decoded.',
    'An event that has no id itself has that of the innermost message around it: of a ' +
      'notification of SNS in a queue, the MessageId of SNS, which is the same in every queue.',
  ],
}
