import type { PutCompositeAlarmInput, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch'
import { clientSettings } from './client-settings.js'
import { awsFailure } from './failure.js'
import type { AwsOptions } from './options.js'

/** An alarm that is there. */
export interface KnownAlarm {
  readonly name: string
  /** As DescribeAlarms tells it. */
  readonly settings: object
  /** Whether evt made it: its tag says so. */
  readonly isOwn: boolean
}

/** Alarms of an account. */
export interface AlarmStore {
  region(): Promise<string>
  /** Those whose names begin so. */
  known(prefix: string): Promise<KnownAlarm[]>
  putMetric(alarm: PutMetricAlarmInput): Promise<void>
  putComposite(alarm: PutCompositeAlarmInput): Promise<void>
  close(): void
}

/** What it does may be done twice: replaced is replaced. */
const MOST_ATTEMPTS = 8
/** Who made it. */
const OWNER = { Key: 'evt:made', Value: 'alarms' }
const ALARM_TYPES = ['MetricAlarm', 'CompositeAlarm'] as const

export async function openAlarms(
  options: AwsOptions & { signal: AbortSignal },
): Promise<AlarmStore> {
  const sdk = await import('@aws-sdk/client-cloudwatch')
  const client = new sdk.CloudWatchClient({
    ...clientSettings(options),
    maxAttempts: MOST_ATTEMPTS,
  })
  const abortSignal = options.signal
  const region = () => client.config.region()
  const needs = ['DescribeAlarms', 'ListTagsForResource', 'PutMetricAlarm', 'PutCompositeAlarm']
  const failed = (error: unknown, action: string, on: string) =>
    awsFailure(error, {
      ...{ action: `cloudwatch:${action}`, on, region, signal: options.signal },
      needs: [...needs, 'TagResource'].map((each) => `cloudwatch:${each}`),
    })
  const all = 'the alarms of the account'
  const isOwn = async (ResourceARN: string) => {
    const command = new sdk.ListTagsForResourceCommand({ ResourceARN })
    const { Tags = [] } = await client.send(command, { abortSignal })
    return Tags.some(({ Key }) => Key === OWNER.Key)
  }
  return {
    region: () => region().catch(async (error) => Promise.reject(await failed(error, '', all))),
    async known(AlarmNamePrefix) {
      try {
        const asked = { AlarmNamePrefix, AlarmTypes: [...ALARM_TYPES] }
        const found: KnownAlarm[] = []
        for await (const page of sdk.paginateDescribeAlarms({ client }, asked)) {
          for (const alarm of [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])]) {
            const { AlarmName: name = '', AlarmArn: arn = '' } = alarm
            found.push({ name, settings: alarm, isOwn: await isOwn(arn) })
          }
        }
        return found
      } catch (error) {
        throw await failed(error, 'DescribeAlarms', all)
      }
    },
    async putMetric(alarm) {
      try {
        const command = new sdk.PutMetricAlarmCommand({ ...alarm, Tags: [OWNER] })
        await client.send(command, { abortSignal })
      } catch (error) {
        throw await failed(error, 'PutMetricAlarm', `the alarm ${alarm.AlarmName}`)
      }
    },
    async putComposite(alarm) {
      try {
        const command = new sdk.PutCompositeAlarmCommand({ ...alarm, Tags: [OWNER] })
        await client.send(command, { abortSignal })
      } catch (error) {
        throw await failed(error, 'PutCompositeAlarm', `the alarm ${alarm.AlarmName}`)
      }
    },
    close: () => client.destroy(),
  }
}
