import { mkdirSync, writeFileSync } from 'node:fs'
import { type Contender, measureInTurn } from './measure.js'
import { report } from './report.js'

interface TopologyBench {
  /** Where what is read is made. */
  folder: string
  evtRun(...args: string[]): Contender['command']
  rounds: number
}

/** Nodes of the graph: a third each of topics, queues and functions. */
const NODES = 9_999
const CHAIN = 100_000
/** CPU, which a machine that is busy with others lengthens least. */
const ofCpu = { of: 'cpuS', limitMs: 10_000 } as const

/** One ring through all nodes, and a mapping, a policy and a subscription for each three. */
export async function benchTopology(bench: TopologyBench): Promise<void> {
  await benchChain(bench)
  const { folder, evtRun, rounds } = bench
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
    [
      { what: '`evt topology check`, CPU after node -e 0', a: evt, b: node, ...ofCpu },
      { what: 'its peak memory', memory: evt, limitMb: 1_000 },
    ],
    `${NODES.toLocaleString('en')} nodes in one cycle, in a template`,
  )
}

/** Events of which each is caused by the one before: through eleven types again and again, and of
 * as many types as events, where no way comes round. */
async function benchChain({ folder, evtRun, rounds }: TopologyBench): Promise<void> {
  mkdirSync(folder, { recursive: true })
  const round = `${folder}/chain-round.ndjson`
  const open = `${folder}/chain-open.ndjson`
  writeFileSync(round, chain(11))
  writeFileSync(open, chain(CHAIN))
  const maps = ['id', 'type', 'source', 'time', 'causationId'].flatMap((field) => {
    return ['--map', `${field}=$.${field}`]
  })
  const json = [...maps, '-o', 'json']
  const [node, loops, none, trace] = await measureInTurn(rounds, [
    { name: 'node', command: [process.execPath, '-e', '0'] },
    // Exit 4, as there are loops, unless a chain has to go round more often than it does.
    { name: 'loops', command: evtRun('loops', round, '--turns', `${CHAIN}`, ...json) },
    { name: 'no loops', command: evtRun('loops', open, ...json) },
    { name: 'trace', command: evtRun('trace', `e${CHAIN / 2}`, round, ...json) },
  ])
  if (!node || !loops || !none || !trace) return
  const row = { b: node, ...ofCpu }
  report(
    [
      { what: '`evt loops`, CPU after node -e 0', a: loops, ...row },
      { what: 'the same, of as many types', a: none, ...row },
      { what: '`evt trace`', a: trace, ...row },
      { what: 'peak memory of the second', memory: none, limitMb: 1_500 },
    ],
    `${CHAIN.toLocaleString('en')} events in one chain of causes`,
  )
}

function chain(types: number): string {
  const lines = Array.from({ length: CHAIN }, (_, n) => {
    const time = new Date(Date.UTC(2026, 10, 1) + n * 1_000).toISOString()
    const cause = n > 0 && { causationId: `e${n - 1}` }
    return JSON.stringify({ id: `e${n}`, type: `t${n % types}`, source: 'made', time, ...cause })
  })
  return `${lines.join('\n')}\n`
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
