import type { JsonObject, JsonValue } from '../../../event/event.js'
import { isMapping, own } from '../parse.js'

/** For each policy template of SAM that lets something be sent or read: the parameter that names
 * the resource, the service and kind in its ARN, and the actions. */
const templates: Readonly<Record<string, readonly [string, string, readonly string[]]>> = {
  SQSSendMessagePolicy: ['QueueName', 'sqs:', ['sqs:SendMessage']],
  SQSPollerPolicy: ['QueueName', 'sqs:', ['sqs:ReceiveMessage', 'sqs:DeleteMessage']],
  SNSPublishMessagePolicy: ['TopicName', 'sns:', ['sns:Publish']],
  SNSCrudPolicy: ['TopicName', 'sns:', ['sns:Publish']],
  EventBridgePutEventsPolicy: ['EventBusName', 'events:event-bus/', ['events:PutEvents']],
  KinesisCrudPolicy: ['StreamName', 'kinesis:stream/', ['kinesis:PutRecord', 'kinesis:PutRecords']],
  KinesisStreamReadPolicy: ['StreamName', 'kinesis:stream/', ['kinesis:GetRecords']],
  FirehoseCrudPolicy: [
    ...(['DeliveryStreamName', 'firehose:deliverystream/'] as const),
    ['firehose:PutRecord', 'firehose:PutRecordBatch'],
  ],
  FirehoseWritePolicy: [
    ...(['DeliveryStreamName', 'firehose:deliverystream/'] as const),
    ['firehose:PutRecord', 'firehose:PutRecordBatch'],
  ],
  DynamoDBCrudPolicy: ['TableName', 'dynamodb:table/', ['dynamodb:PutItem', 'dynamodb:UpdateItem']],
  DynamoDBWritePolicy: [
    'TableName',
    'dynamodb:table/',
    ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  ],
  S3CrudPolicy: ['BucketName', 's3:', ['s3:PutObject']],
  S3WritePolicy: ['BucketName', 's3:', ['s3:PutObject']],
  S3FullAccessPolicy: ['BucketName', 's3:', ['s3:PutObject']],
  LambdaInvokePolicy: ['FunctionName', 'lambda:function:', ['lambda:InvokeFunction']],
  StepFunctionsExecutionPolicy: [
    ...(['StateMachineName', 'states:stateMachine:'] as const),
    ['states:StartExecution'],
  ],
}

/** The policies of a function or state machine as a role has them. Managed ones are left out: they
 * name no resource. */
export function policiesOf(given: JsonValue | undefined): JsonValue[] {
  return [given ?? []].flat().flatMap(policyOf)
}

function policyOf(one: JsonValue): JsonValue[] {
  if (!isMapping(one)) return []
  if (one['Statement'] !== undefined) return [{ PolicyDocument: one }]
  const chosen = one['Fn::If']
  if (Array.isArray(chosen)) {
    const [condition = null, ...branches] = chosen
    const [then, otherwise] = branches.map((branch) => policyOf(branch)[0] ?? noValue)
    return [{ 'Fn::If': [condition, then ?? noValue, otherwise ?? noValue] }]
  }
  return Object.entries(one).flatMap(([name, parameters]) => {
    const document = documentOf(name, isMapping(parameters) ? parameters : {})
    return document ? [{ PolicyDocument: document }] : []
  })
}

const noValue: JsonObject = { Ref: 'AWS::NoValue' }

function documentOf(name: string, parameters: JsonObject): JsonObject | undefined {
  const template = own(templates, name)
  if (!template) return undefined
  const [parameter, place, actions] = template
  const [service = '', before = ''] = place.split(/:(.*)/s)
  const prefix = service === 's3' ? 'arn:aws:s3:::' : `arn:aws:${service}:*:*:${before}`
  const resource = { 'Fn::Join': ['', [prefix, parameters[parameter] ?? '']] }
  return { Statement: [{ Effect: 'Allow', Action: [...actions], Resource: resource }] }
}
