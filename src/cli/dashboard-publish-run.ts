import { differences } from '../../dashboards/cloudwatch/differences.js'
import { plainPages, stillUnnamed } from '../../dashboards/cloudwatch/json.js'
import type { Page } from '../../dashboards/cloudwatch/page.js'
import { stamped, stampOf } from '../../dashboards/cloudwatch/stamp.js'
import { type DashboardStore, openDashboards } from '../aws/dashboards.js'
import { EvtError } from '../errors.js'
import type { JsonValue } from '../event/event.js'
import { commandText } from '../ui/shell-quote.js'
import { dashboardsAsked, type TypedDashboard } from './dashboard-run.js'
import { awsOptions } from './flags.js'
import { type ComparedPlan, diffPlan, publishPlan, type TypedPlan } from './publish-plan-run.js'
import { checkNamed, type Planned } from './published-plan.js'

type TypedPublish = TypedDashboard & TypedPlan & { flags: { force?: boolean } }

/** A dashboard costs so much a month, beyond the first three of an account. */
const USD = 3
const FREE = 3

interface Opened extends ComparedPlan {
  readonly pages: readonly Page[]
  readonly store: DashboardStore
}

/** Compares with what is there, and hands it on; the client is closed afterwards. */
async function withPlan(typed: TypedPublish, then: (opened: Opened) => Promise<void>) {
  const { flags, signal } = typed
  const store = await openDashboards({ ...awsOptions(flags), signal })
  try {
    const region = await store.region()
    const { watched, drafts, failure } = await dashboardsAsked(typed)
    checkNamed(stillUnnamed([...drafts], watched.unnamed))
    const pages = plainPages(drafts, watched.unnamed, region)
    const items: Planned[] = []
    for (const page of pages) items.push(planned(page, await store.body(page.name)))
    const stray = await strays(store, { pages, prefix: flags.prefix })
    const usdPerMonth = Math.max(0, pages.length - FREE) * USD
    const plan = { schema: 'evt.dashboards/1', region, published: false, items, stray, usdPerMonth }
    await then({ plan, pages, store, failure })
  } finally {
    store.close()
  }
}

function planned({ name, body }: Page, written: string | undefined): Planned {
  if (written === undefined) return { name, state: 'new', differences: [] }
  const { body: known, state } = stampOf(jsonOf(written))
  const found = differences(known, body as unknown as JsonValue)
  if (state !== 'own') return { name, state, differences: found }
  return { name, state: found.length === 0 ? 'same' : 'changed', differences: found }
}

function jsonOf(text: string): JsonValue {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Pages of resources that are no longer there, which evt made. */
async function strays(
  store: DashboardStore,
  { pages, prefix }: { readonly pages: readonly Page[]; readonly prefix: string },
): Promise<string[]> {
  const wanted = new Set(pages.map(({ name }) => name))
  const stray: string[] = []
  for (const name of await store.names(`${prefix}-`)) {
    if (wanted.has(name)) continue
    const body = await store.body(name)
    if (body !== undefined && stampOf(jsonOf(body)).state !== 'foreign') stray.push(name)
  }
  return stray
}

/** `evt dashboard diff`. */
export async function diffDashboards(typed: TypedPublish, failOnChanged: boolean): Promise<void> {
  await withPlan(typed, async (opened) =>
    diffPlan(opened, typed, { what: 'dashboard', failOnChanged }),
  )
}

/** `evt dashboard publish`: what was changed by hand is overwritten on purpose only. */
export async function publishDashboards(typed: TypedPublish): Promise<void> {
  const { flags, note, argv } = typed
  await withPlan(typed, (opened) =>
    publishPlan(opened, typed, {
      ...{ what: 'dashboard', words: ['dashboard', 'publish'] },
      refusal: (items) => {
        const byHand = items.filter(({ state }) => state === 'edited' || state === 'foreign')
        if (byHand.length === 0 || flags.force === true) return undefined
        const hint = commandText(['evt', 'dashboard', 'publish', ...argv, '--force'])
        return { message: byHandText(byHand), hint }
      },
      put: async (names) => {
        for (const { name, body } of opened.pages.filter((page) => names.has(page.name))) {
          const messages = await opened.store.put(name, JSON.stringify(stamped(body)))
          for (const message of messages) note(`${name}: ${message}`)
        }
      },
    }),
  )
}

function byHandText(items: readonly Planned[]): string {
  const names = items.map(({ name, state }) => {
    return state === 'edited' ? `${name} was changed by hand` : `${name} was not made by evt`
  })
  return names.join(', ')
}

/** Where the consoles of other partitions are. */
const consoles = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
] as const

/** Where a dashboard is shown. */
export async function dashboardAddress(
  name: string,
  options: { flags: Parameters<typeof awsOptions>[0]; signal: AbortSignal },
): Promise<string> {
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    const hint = 'letters, digits, - and _'
    throw new EvtError(`${JSON.stringify(name)} is no name of a dashboard`, { code: 'usage', hint })
  }
  const store = await openDashboards({ ...awsOptions(options.flags), signal: options.signal })
  try {
    const region = await store.region()
    if ((await store.body(name)) === undefined) {
      const near = await store.names(name.slice(0, 3))
      const hint = near.length > 0 ? `there is ${near.slice(0, 5).join(', ')}` : undefined
      throw new EvtError(`there is no dashboard ${name} in ${region}`, { code: 'usage', hint })
    }
    const domain =
      consoles.find(([begin]) => region.startsWith(begin))?.[1] ?? 'console.aws.amazon.com'
    const host = `${region}.${domain}`
    return `https://${host}/cloudwatch/home?region=${region}#dashboards/dashboard/${name}`
  } finally {
    store.close()
  }
}
