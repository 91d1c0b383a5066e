import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Stage, stage } from '../cases/run-case.js'
import { describeWith } from '../helpers/needs.js'
import { startEvt } from '../testbed/evt-process.js'
import { denied, type Faulty, startFaulty } from '../testbed/faulty.js'
import { type Moto, python, startMoto } from '../testbed/moto.js'

const template = (retention: number) => `
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: { QueueName: jobs, MessageRetentionPeriod: ${retention} }
  Work:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: work, Timeout: 10 }
`

describeWith('moto 5.2.1 (node scripts/testbed.mjs)', python !== undefined)(
  'dashboards and alarms in an account',
  () => {
    let moto: Moto
    let faulty: Faulty
    let at: Stage
    beforeAll(async () => {
      moto = await startMoto()
      faulty = await startFaulty(moto.url)
    })
    beforeEach(async () => {
      await moto.reset()
      faulty.fault = () => undefined
      faulty.asked.length = 0
      const made = stage()
      at = { ...made, env: { ...made.env, ...moto.env, AWS_ENDPOINT_URL: faulty.url } }
      writeFileSync(join(at.work, 't.yaml'), template(345_600))
    })
    afterEach(() => at.remove())
    afterAll(async () => {
      await faulty.stop()
      await moto.stop()
    })

    const evt = async (...words: string[]) => {
      const child = startEvt(words, at)
      const { exit } = await child.end
      return { exit, out: child.out.text, err: child.err.text }
    }
    const dashboard = (...words: string[]) => evt('dashboard', ...words, '--topology', 't.yaml')
    // moto has no composite alarms.
    const alarms = (...words: string[]) =>
      evt('alarms', ...words, '--topology', 't.yaml', '--no-composites')
    const statesIn = (text: string) => {
      const { items } = JSON.parse(text) as { items: { name: string; state: string }[] }
      return Object.fromEntries(items.map(({ name, state }) => [name, state]))
    }
    const puts = (operation: string) => faulty.asked.filter((each) => each.operation === operation)
    const bodyOf = async (DashboardName: string) => {
      const answer = await moto.call('cloudwatch', 'get_dashboard', { DashboardName })
      return JSON.parse(String(answer['DashboardBody'])) as { widgets: object[] }
    }

    test('dashboards are published once, and again where something changed', async () => {
      const dry = await dashboard('publish', '--dry-run', '--json')
      expect(statesIn(dry.out)).toEqual({
        ...{ 'evt-overview': 'new', 'evt-queue-jobs': 'new', 'evt-function-work': 'new' },
      })
      expect(puts('PutDashboard')).toEqual([])
      expect(await dashboard('publish', '--yes')).toMatchObject({ exit: 0, err: '' })
      expect(puts('PutDashboard')).toHaveLength(3)
      const again = await dashboard('publish', '--yes', '--json')
      expect(new Set(Object.values(statesIn(again.out)))).toEqual(new Set(['same']))
      expect(puts('PutDashboard')).toHaveLength(3)
      writeFileSync(join(at.work, 't.yaml'), template(86_400))
      const diff = await dashboard('diff', '--fail-on', 'changed')
      expect(diff.exit).toBe(4)
      expect(diff.out).toMatch('~ evt-queue-jobs: changed\n')
      expect(diff.out).toMatch('276480 → 69120')
      expect(await dashboard('publish', '--yes')).toMatchObject({ exit: 0 })
      expect(await dashboard('diff', '--fail-on', 'changed')).toMatchObject({ exit: 0 })
      const opened = await evt('dashboard', 'open')
      const home = 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1'
      expect(opened.out).toBe(`${home}#dashboards/dashboard/evt-overview\n`)
    })

    test('what was changed by hand, or is of others, is overwritten only by force', async () => {
      await dashboard('publish', '--yes')
      const body = await bodyOf('evt-queue-jobs')
      const put = (DashboardName: string, of: object) =>
        moto.call('cloudwatch', 'put_dashboard', {
          DashboardName,
          DashboardBody: JSON.stringify(of),
        })
      await put('evt-queue-jobs', { ...body, widgets: body.widgets.slice(0, -1) })
      await put('evt-function-work', { widgets: [] })
      await put('evt-queue-old', { ...(await bodyOf('evt-overview')) })
      const before = puts('PutDashboard').length
      const refused = await dashboard('publish', '--yes')
      expect(refused).toMatchObject({ exit: 2, out: '' })
      expect(refused.err).toMatch('! evt-queue-jobs: changed by hand\n    widgets.3')
      expect(refused.err).toMatch('! evt-function-work: not made by evt')
      expect(refused.err).toMatch('? evt-queue-old: made by evt once')
      expect(refused.err).toMatch(/nothing was published: .*evt-queue-jobs was changed by hand/)
      expect(puts('PutDashboard')).toHaveLength(before)
      expect(await dashboard('publish', '--yes', '--force')).toMatchObject({ exit: 0 })
      expect((await bodyOf('evt-queue-jobs')).widgets).toEqual(body.widgets)
    })

    test('nothing is published unasked, unnamed or without permission', async () => {
      const unasked = await dashboard('publish')
      expect(unasked).toMatchObject({ exit: 2, out: '' })
      expect(unasked.err).toMatch('evt dashboard publish --topology t.yaml --yes')
      writeFileSync(join(at.work, 't.yaml'), template(345_600).replace('QueueName: jobs, ', ''))
      const unnamed = await dashboard('publish', '--yes')
      expect(unnamed).toMatchObject({ exit: 2, out: '' })
      expect(unnamed.err).toMatch('how the queue Jobs is called is not in the templates')
      const named = await dashboard('publish', '--dry-run', '--name', 'Jobs=shop-jobs-1A')
      expect(named.exit).toBe(0)
      faulty.fault = (asked) => (/^Put/.test(asked.operation) ? denied(asked) : undefined)
      const refused = await dashboard('publish', '--yes', '--name', 'Jobs=shop-jobs-1A')
      expect(refused.exit).toBe(3)
      expect(refused.err).toMatch('cloudwatch:PutDashboard is not allowed on the dashboard')
      expect(puts('PutDashboard')).toHaveLength(1)
    })

    test('alarms are published once, and only those of evt are overwritten', async () => {
      const first = await alarms('publish', '--yes', '--json')
      expect([first.exit, first.err]).toEqual([0, ''])
      const names = Object.keys(statesIn(first.out))
      expect(names).toContain('evt/queue/jobs/loss')
      expect(puts('PutMetricAlarm')).toHaveLength(names.length)
      const answer = await moto.call('cloudwatch', 'describe_alarms', {
        AlarmNames: ['evt/queue/jobs/loss'],
      })
      expect((answer['MetricAlarms'] as object[])[0]).toMatchObject({
        ...{ Namespace: 'AWS/SQS', MetricName: 'ApproximateAgeOfOldestMessage', Period: 300 },
        ...{ Threshold: 276_480, ComparisonOperator: 'GreaterThanOrEqualToThreshold' },
        Dimensions: [{ Name: 'QueueName', Value: 'jobs' }],
      })
      const again = await alarms('diff', '--fail-on', 'changed')
      expect(again).toMatchObject({ exit: 0, err: '' })
      writeFileSync(join(at.work, 't.yaml'), template(86_400))
      const diff = await alarms('diff')
      expect(diff.out).toMatch('~ evt/queue/jobs/loss: changed')
      expect(diff.out).toMatch('    Threshold: 276480 → 69120')
      expect(await alarms('publish', '--yes')).toMatchObject({ exit: 0 })
      await moto.call('cloudwatch', 'put_metric_alarm', {
        ...{ AlarmName: 'mine/queue/jobs/loss', MetricName: 'x', Namespace: 'y', Period: 60 },
        ...{ EvaluationPeriods: 1, Threshold: 1, Statistic: 'Sum' },
        ComparisonOperator: 'GreaterThanThreshold',
      })
      const foreign = await alarms('publish', '--yes', '--prefix', 'mine')
      expect(foreign).toMatchObject({ exit: 2, out: '' })
      expect(foreign.err).toMatch('nothing was published: evt did not make mine/queue/jobs/loss')
    })

    test('composite alarms come after what they are made of', async () => {
      faulty.fault = ({ operation }) =>
        operation === 'PutCompositeAlarm' ? { status: 200, body: {} } : undefined
      const done = await evt('alarms', 'publish', '--topology', 't.yaml', '--yes')
      expect(done.exit).toBe(0)
      const operations = faulty.asked.map(({ operation }) => operation)
      const composites = puts('PutCompositeAlarm')
      expect(composites.length).toBeGreaterThan(0)
      expect(operations.lastIndexOf('PutMetricAlarm')).toBeLessThan(
        operations.indexOf('PutCompositeAlarm'),
      )
      expect(composites[0]?.body.toString()).toMatch('evt/queue/jobs')
    })
  },
)
