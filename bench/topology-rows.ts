import { mkdirSync, writeFileSync } from 'node:fs'
import { type Contender, measureInTurn } from './measure.js'
import { report } from './report.js'

interface TopologyBench {
  /** Where the template is made. */
  folder: string
  evtRun(...args: string[]): Contender['command']
  rounds: number
}

/** Nodes of the graph: a third each of topics, queues and functions. */
const NODES = 9_999

/** One ring through all nodes, and a mapping, a policy and a subscription for each three. */
export async function benchTopology({ folder, evtRun, rounds }: TopologyBench): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const template = `${folder}/ring.template.json`
  writeFileSync(template, JSON.stringify(ring(NODES / 3)))
  const check = ['topology', 'check', '--template', template, '--fail-on', 'never', '-o', 'json']
  const [evt, node] = await measureInTurn(rounds, [
    { name: 'evt', command: evtRun(...check) },
    { name: 'node', command: [process.execPath, '-e', '0'] },
  ])
  if (!evt || !node) return
  report(
    [{ what: '`evt topology check`, after node -e 0', a: evt, b: node, limitMs: 5_000 }],
    `${NODES.toLocaleString('en')} nodes in one cycle, in a template`,
  )
}

function ring(count: number) {
  const arn = (name: string) => ({ 'Fn::GetAtt': [name, 'Arn'] })
  const made = Array.from({ length: count }, (_, n) => {
    const topic = { Ref: `Topic${(n + 1) % count}` }
    const allowed = { Effect: 'Allow', Action: 'sns:Publish', Resource: topic }
    const policies = [{ PolicyName: 'send', PolicyDocument: { Statement: [allowed] } }]
    const subscription = { TopicArn: { Ref: `Topic${n}` }, Protocol: 'sqs' }
    const mapping = { EventSourceArn: arn(`Queue${n}`), FunctionName: { Ref: `Work${n}` } }
    return {
      [`Topic${n}`]: { Type: 'AWS::SNS::Topic' },
      [`Queue${n}`]: { Type: 'AWS::SQS::Queue' },
      [`Work${n}`]: { Type: 'AWS::Lambda::Function', Properties: { Role: arn(`Role${n}`) } },
      [`Role${n}`]: { Type: 'AWS::IAM::Role', Properties: { Policies: policies } },
      [`Subscription${n}`]: {
        Type: 'AWS::SNS::Subscription',
        Properties: { ...subscription, Endpoint: arn(`Queue${n}`) },
      },
      [`Mapping${n}`]: { Type: 'AWS::Lambda::EventSourceMapping', Properties: mapping },
    }
  })
  return { Resources: Object.assign({}, ...made) }
}
