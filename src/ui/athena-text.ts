import type { SetupPlan } from '../athena/setup.js'
import type { TeardownPlan } from '../athena/teardown.js'
import type { Located } from '../questions/locate.js'
import { count } from '../reading/absence.js'
import { bytesText, dollarText } from './numbers.js'
import { safeText } from './safe-text.js'

/** What evt athena setup makes, with its DDL. */
export function setupText(plan: SetupPlan, isDone: boolean): string {
  const { source, layout, objects, bytes, database, workgroup, statements } = plan
  const { name, isNew, results, maxScanBytes } = workgroup
  const partitions = layout === 'none' ? 'none: each query reads all' : layout
  const { unreadable, index } = plan
  const lines = [
    `archive     ${source}  ${count(objects, 'object')}, ${bytesText(bytes)}`,
    `partitions  ${partitions}`,
    ...(unreadable === null ? [] : [`lines       not read: ${unreadable}`]),
    ...(index === null ? [] : [`index       ${indexText(index)}`]),
    `database    ${database}`,
    `workgroup   ${name}  ${isNew ? 'new' : 'there'}, ${bytesText(maxScanBytes)} a query at most`,
    `results     ${results}`,
    '',
    ...statements.flatMap((sql) => [...shownSql(sql).split('\n'), '']),
    isDone ? 'done: evt query NAME --engine athena asks it' : 'nothing is made yet',
  ]
  return lines.map(safeText).join('\n')
}

function indexText({ location, objects, events }: NonNullable<SetupPlan['index']>): string {
  return `${location}  ${count(objects, 'object')}, ${count(events, 'event')}`
}

const MOST_SHOWN = 1_500

/** A statement, without the most of one that no person reads on a terminal. */
function shownSql(sql: string): string {
  if (sql.length <= MOST_SHOWN) return `${sql};`
  const left = (sql.length - MOST_SHOWN).toLocaleString('en')
  return `${sql.slice(0, MOST_SHOWN)}\n… and ${left} characters more: -o json has all of them`
}

/** What evt athena teardown takes away. */
export function teardownText(plan: TeardownPlan, isDone: boolean): string {
  const { database, workgroup, statements } = plan
  const lines = [
    ...statements.map((sql) => `${sql};`),
    ...(workgroup === null ? [] : [`the workgroup ${workgroup}, with the history of its queries`]),
    '',
    isDone ? 'gone' : 'nothing is taken away yet',
    `the database ${database} stays, and every object in S3`,
  ]
  return lines.map(safeText).join('\n')
}

/** What a query of Athena read, and what that costs. */
export function scannedText({ scannedBytes, usd }: { scannedBytes: number; usd: number }): string {
  return `Athena scanned ${bytesText(scannedBytes)}: about ${dollarText(usd)}`
}

export function estimateText({ mostBytes, usd }: { mostBytes: number; usd: number }): string {
  return `Athena will scan up to ${bytesText(mostBytes)}: ${dollarText(usd)} at most`
}

/** What evt reads itself, since Athena found it there. */
export function locatedText({ objects, elsewhere, fromIndex }: Located): string {
  const known = fromIndex?.index.covered.length ?? 0
  const all = objects.length + elsewhere.objects + known
  const bytes = objects.reduce((sum, each) => sum + ('sizeBytes' in each ? each.sizeBytes : 0), 0)
  const some = objects.length.toLocaleString('en')
  return `evt reads ${some} of ${count(all, 'object')}, ${bytesText(bytes)}`
}
