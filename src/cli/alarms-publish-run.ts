import type { Alarms, MetricAlarm } from '../../dashboards/cloudwatch/alarms.js'
import type { CompositeAlarm } from '../../dashboards/cloudwatch/composites.js'
import { differences, likeIn } from '../../dashboards/cloudwatch/differences.js'
import { stillUnnamed } from '../../dashboards/cloudwatch/json.js'
import { type AlarmStore, type KnownAlarm, openAlarms } from '../aws/alarms.js'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import { alarmsAsked, type TypedAlarms } from './alarms-run.js'
import { awsOptions } from './flags.js'
import {
  agreed,
  checkNamed,
  endChanged,
  type Planned,
  type PublishPlan,
  planText,
} from './published-plan.js'

interface TypedAlarmPublish extends TypedAlarms {
  flags: TypedAlarms['flags'] & { yes?: boolean; 'dry-run'?: boolean }
  argv: readonly string[]
  isJson: boolean
}

interface Opened {
  readonly plan: PublishPlan
  readonly alarms: Alarms
  readonly store: AlarmStore
  readonly failure: EvtError | undefined
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

function shown(plan: PublishPlan, isJson: boolean): string {
  return isJson ? JSON.stringify(plan) : planText(plan, 'alarm')
}

/** `evt alarms diff`. */
export async function diffAlarms(typed: TypedAlarmPublish, failOnChanged: boolean): Promise<void> {
  await withPlan(typed, async ({ plan, failure }) => {
    typed.print(shown(plan, typed.isJson))
    if (failure) throw failure
    endChanged(plan, failOnChanged)
  })
}

/** `evt alarms publish`: alarms that evt did not make are never overwritten. */
export async function publishAlarms(typed: TypedAlarmPublish): Promise<void> {
  const { flags, isJson, print, note } = typed
  await withPlan(typed, async ({ plan, alarms, store, failure }) => {
    const foreign = plan.items.filter(({ state }) => state === 'foreign')
    const wanted = plan.items.filter(({ state }) => state !== 'same')
    if (flags['dry-run'] === true || wanted.length === 0) {
      print(shown(plan, isJson))
      if (failure) throw failure
      return
    }
    if (failure) throw failure
    if (foreign.length > 0) {
      note(planText(plan, 'alarm'))
      const names = foreign.map(({ name }) => name).join(', ')
      throw new EvtError(`nothing was published: evt did not make ${names}`, {
        ...{ code: 'usage', hint: '--prefix gives evt other names' },
      })
    }
    const words = ['alarms', 'publish']
    await agreed(planText(plan, 'alarm'), { ...typed, flags: { yes: flags.yes === true }, words })
    const names = new Set(wanted.map(({ name }) => name))
    for (const alarm of alarms.metric) {
      if (names.has(alarm.AlarmName)) await store.putMetric(alarm)
    }
    // After what they are made of.
    for (const { AlarmActions, OKActions, ...alarm } of alarms.composite) {
      if (!names.has(alarm.AlarmName)) continue
      const actions = { AlarmActions: [...AlarmActions], OKActions: [...OKActions] }
      await store.putComposite({ ...alarm, ...actions })
    }
    print(shown({ ...plan, published: true }, isJson))
  })
}
