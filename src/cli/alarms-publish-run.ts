import type { Alarms, MetricAlarm } from '../../dashboards/cloudwatch/alarms.js'
import type { CompositeAlarm } from '../../dashboards/cloudwatch/composites.js'
import { differences, likeIn } from '../../dashboards/cloudwatch/differences.js'
import { stillUnnamed } from '../../dashboards/cloudwatch/json.js'
import { type AlarmStore, type KnownAlarm, openAlarms } from '../aws/alarms.js'
import type { JsonValue } from '../event/event.js'
import { alarmsAsked, type TypedAlarms } from './alarms-run.js'
import { awsOptions } from './flags.js'
import { type ComparedPlan, diffPlan, publishPlan, type TypedPlan } from './publish-plan-run.js'
import { checkNamed, type Planned, type PublishPlan } from './published-plan.js'

type TypedAlarmPublish = TypedAlarms & TypedPlan

interface Opened extends ComparedPlan {
  readonly alarms: Alarms
  readonly store: AlarmStore
}

/** Compares with what is there, and hands it on; the client is closed afterwards. */
async function withPlan(typed: TypedAlarmPublish, then: (opened: Opened) => Promise<void>) {
  const { flags, signal } = typed
  const store = await openAlarms({ ...awsOptions(flags), signal })
  try {
    const region = await store.region()
    const { watched, drafts, alarms, failure } = await alarmsAsked(typed)
    checkNamed(stillUnnamed(drafts, watched.unnamed))
    const known = await store.known(`${flags.prefix}/`)
    const byName = new Map(known.map((alarm) => [alarm.name, alarm]))
    const wanted = [...alarms.metric, ...alarms.composite]
    const items = wanted.map((alarm) => planned(alarm, byName.get(alarm.AlarmName)))
    const names = new Set(wanted.map(({ AlarmName }) => AlarmName))
    const stray = known.filter(({ name, isOwn }) => isOwn && !names.has(name))
    const plan: PublishPlan = {
      ...{ schema: 'evt.alarms-plan/1', region, published: false, items },
      stray: stray.map(({ name }) => name).sort(),
      usdPerMonth: priceOf(alarms),
    }
    await then({ plan, alarms, store, failure })
  } finally {
    store.close()
  }
}

function planned(alarm: MetricAlarm | CompositeAlarm, known: KnownAlarm | undefined): Planned {
  const { AlarmName: name } = alarm
  if (!known) return { name, state: 'new', differences: [] }
  // What of JSON is undefined is not there.
  const before = JSON.parse(JSON.stringify(known.settings)) as JsonValue
  const after = alarm as unknown as JsonValue
  const found = differences(likeIn(before, after), after)
  if (!known.isOwn) return { name, state: 'foreign', differences: found }
  return { name, state: found.length === 0 ? 'same' : 'changed', differences: found }
}

/** List prices a month: of a metric that an alarm watches, and of a composite alarm. */
const USD_METRIC = 0.1
const USD_COMPOSITE = 0.5
/** An anomaly band is two metrics more. */
const BAND_METRICS = 3

function priceOf({ metric, composite }: Alarms): number {
  const metrics = metric.reduce((sum, alarm) => {
    if (alarm.ThresholdMetricId !== undefined) return sum + BAND_METRICS
    return sum + ('Metrics' in alarm ? alarm.Metrics.filter((each) => each.MetricStat).length : 1)
  }, 0)
  const usd = metrics * USD_METRIC + composite.length * USD_COMPOSITE
  return Math.round(usd * 100) / 100
}

/** `evt alarms diff`. */
export async function diffAlarms(typed: TypedAlarmPublish, failOnChanged: boolean): Promise<void> {
  await withPlan(typed, async (opened) => diffPlan(opened, typed, { what: 'alarm', failOnChanged }))
}

/** `evt alarms publish`: alarms that evt did not make are never overwritten. */
export async function publishAlarms(typed: TypedAlarmPublish): Promise<void> {
  await withPlan(typed, (opened) =>
    publishPlan(opened, typed, {
      ...{ what: 'alarm', words: ['alarms', 'publish'], refusal },
      put: (names) => putAlarms(opened, names),
    }),
  )
}

function refusal(items: readonly Planned[]): { message: string; hint: string } | undefined {
  const foreign = items.filter(({ state }) => state === 'foreign').map(({ name }) => name)
  if (foreign.length === 0) return undefined
  const hint = '--prefix gives evt other names'
  return { message: `evt did not make ${foreign.join(', ')}`, hint }
}

async function putAlarms(
  { alarms, store }: Pick<Opened, 'alarms' | 'store'>,
  names: ReadonlySet<string>,
): Promise<void> {
  for (const alarm of alarms.metric) {
    if (names.has(alarm.AlarmName)) await store.putMetric(alarm)
  }
  // After what they are made of.
  for (const { AlarmActions, OKActions, ...alarm } of alarms.composite) {
    if (!names.has(alarm.AlarmName)) continue
    const actions = { AlarmActions: [...AlarmActions], OKActions: [...OKActions] }
    await store.putComposite({ ...alarm, ...actions })
  }
}
