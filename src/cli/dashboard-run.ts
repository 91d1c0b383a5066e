import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bodyFaults } from '../../dashboards/cloudwatch/check-body.js'
import {
  cloudformation,
  MOST_BYTES,
  MOST_PARAMETERS,
  MOST_RESOURCES,
} from '../../dashboards/cloudwatch/cloudformation.js'
import { dashboardPages } from '../../dashboards/cloudwatch/dashboards.js'
import { plainPages, stillUnnamed } from '../../dashboards/cloudwatch/json.js'
import type { Unnamed } from '../../dashboards/cloudwatch/names.js'
import type { Page } from '../../dashboards/cloudwatch/page.js'
import { terraform } from '../../dashboards/cloudwatch/terraform.js'
import { makeFolder } from '../archives/make-folder.js'
import { EvtError } from '../errors.js'
import { safeText } from '../ui/safe-text.js'
import { replayMarks } from './replays-seen.js'
import { marksOf, type watchFormats } from './watch-flags.js'
import { type TypedWatch, type WatchRun, watchAsked } from './watch-run.js'

export interface TypedDashboard extends TypedWatch {
  flags: TypedWatch['flags'] & { mark?: string[] | undefined }
  print(text: string): void
}

interface DashboardRun extends WatchRun {
  /** As they are drafted, with what is not known in between. */
  readonly drafts: readonly Page[]
  /** As CloudWatch takes them. */
  readonly pages: readonly Page[]
}

/** Makes dashboards and looks whether CloudWatch would take them. */
export async function dashboardsAsked(typed: TypedDashboard): Promise<DashboardRun> {
  const { prefix, runbook, mark } = typed.flags
  const said = marksOf(mark ?? [])
  const run = await watchAsked(typed)
  const { watched, region, replayed } = run
  const marks = [...said, ...(await replayMarks(typed, replayed))]
  const drafts = dashboardPages(watched, { prefix, marks, runbook })
  const pages = plainPages(drafts, watched.unnamed, region)
  for (const { name, body } of pages) {
    const [fault] = bodyFaults(body)
    if (fault !== undefined) throw new Error(`the dashboard ${name} would not be taken: ${fault}`)
  }
  return { ...run, drafts, pages }
}

/** `evt dashboard build`: on stdout, or a file each in a folder.
 * @throws EvtError where the archive could not be read whole; the result is printed before */
export async function buildDashboards(
  typed: TypedDashboard,
  { format, to }: { format: (typeof watchFormats)[number]; to: string | undefined },
): Promise<void> {
  const { print, note } = typed
  if (to !== undefined && format !== 'cloudwatch') {
    const message = `--to is for --format cloudwatch: a ${format} file has all pages in it`
    throw new EvtError(message, { code: 'usage' })
  }
  const run = await dashboardsAsked(typed)
  const { watched, drafts, pages, region, failure } = run
  if (format !== 'cloudwatch') {
    print(await templateText(format, { pages: drafts, alarms: undefined }, watched.unnamed))
  } else if (to === undefined) {
    const [first, ...others] = pages
    print(JSON.stringify(first?.body, null, 2))
    if (others.length > 0) note(`the overview; --to DIR writes ${pages.length} pages`)
  } else {
    await writePages(pages, to)
    note(`${pages.length} dashboards in ${safeText(to)}`)
  }
  if (format === 'cloudwatch') {
    noteUnnamed(stillUnnamed([...drafts], watched.unnamed), note)
    if (region === undefined)
      note('no region is known: it is chosen above the dashboard (--region)')
  }
  if (failure) throw failure
}

/** @throws EvtError where a template has no room for it */
export async function templateText(
  format: 'cloudformation' | 'terraform',
  all: Parameters<typeof cloudformation>[0],
  unnamed: readonly Unnamed[],
): Promise<string> {
  if (format === 'terraform') return JSON.stringify(terraform(all, unnamed), null, 2)
  const resources =
    all.pages.length + (all.alarms?.metric.length ?? 0) + (all.alarms?.composite.length ?? 0)
  if (resources > MOST_RESOURCES) {
    const message = `a template takes ${MOST_RESOURCES} resources, and these are ${resources}`
    const hint = 'name fewer templates at once, each with a --prefix of its own'
    throw new EvtError(message, { code: 'usage', hint })
  }
  const template = cloudformation(all, unnamed)
  const parameters = Object.keys(template['Parameters'] ?? {}).length
  if (parameters > MOST_PARAMETERS) {
    const most = `a template takes ${MOST_PARAMETERS} parameters`
    const message = `${most}, and ${parameters} names are not known`
    throw new EvtError(message, { code: 'usage', hint: '--name LOGICAL=NAME says one' })
  }
  const text = JSON.stringify(template, null, 2)
  if (Buffer.byteLength(text) <= MOST_BYTES) return text
  throw new EvtError(
    `a template takes ${MOST_BYTES} bytes, and this is ${Buffer.byteLength(text)}`,
    {
      ...{ code: 'usage', hint: 'name fewer templates at once, each with a --prefix of its own' },
    },
  )
}

const MOST_NAMED = 5

/** Says what CloudWatch would look for under a name that it does not have. */
export function noteUnnamed(unnamed: readonly Unnamed[], note: (text: string) => void): void {
  if (unnamed.length === 0) return
  const shown = unnamed.slice(0, MOST_NAMED).map(({ kind, logicalId }) => `${kind} ${logicalId}`)
  const rest = unnamed.length - shown.length
  const names = [...shown, ...(rest > 0 ? [`${rest} more`] : [])].join(', ')
  note(
    `no name is in the templates for ${safeText(names)}: the logical ids stand for them\n` +
      '  --name LOGICAL=NAME says one; --format cloudformation or terraform makes them parameters',
  )
}

async function writePages(pages: readonly Page[], folder: string): Promise<void> {
  try {
    await makeFolder(folder)
    for (const { name, body } of pages) {
      await writeFile(join(folder, `${name}.json`), `${JSON.stringify(body, null, 2)}\n`)
    }
  } catch (cause) {
    const message = `the dashboards cannot be written to ${folder}`
    throw new EvtError(message, { code: 'outside', cause })
  }
}
