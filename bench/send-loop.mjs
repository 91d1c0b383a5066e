/** The floor of `evt replay`: lines of a file to a queue, ten a call, eight calls at a time, as an
 * SDK loop of a few lines does it. Prints how long the sending took, in ms. */
import { readFileSync } from 'node:fs'
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs'

const [file = '', endpoint = ''] = process.argv.slice(2)
const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
const client = new SQSClient({ endpoint, region: 'eu-west-1' })
const QueueUrl = `${endpoint}/123456789012/orders`
const began = performance.now()
let next = 0
const worker = async () => {
  while (next < lines.length) {
    const some = lines.slice(next, next + 10)
    next += some.length
    const Entries = some.map((MessageBody, n) => ({ Id: `${n}`, MessageBody }))
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }))
    if (Failed.length > 0) throw new Error('the double refused a message')
  }
}
await Promise.all(Array.from({ length: 8 }, worker))
console.log(performance.now() - began)
