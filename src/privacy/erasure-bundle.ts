import { readingHash } from '../archive-index/open-index.js'
import { sourceAround } from '../archives/around.js'
import { requestId } from '../erased/register.js'
import { EvtError } from '../errors.js'
import { createMapping } from '../event/mapping.js'
import { count } from '../reading/absence.js'
import { openFiles, textIn } from './bundle-files.js'
import { BundleWriter, filesOfBundle, MANIFEST } from './bundle-writer.js'
import type { ErasePlan } from './erase-plan.js'
import { type ErasureProof, PROOF, proofText } from './erasure-proof.js'
import type { ErasureManifest } from './manifest.js'
import { nameless } from './nameless.js'
import { MOST_ROWS, type ObjectCounts } from './object-pass.js'

export interface ErasureBundle {
  /** Absolute. */
  folder: string
  operator: string | null
}

/**
 * Opens the place of a bundle before anything is erased; undefined where the bundle of this very
 * erasure is there already, which evt was killed behind.
 *
 * @throws EvtError `usage` where something else is there
 */
export async function openBundle(
  { folder }: ErasureBundle,
  plan: ErasePlan,
): Promise<BundleWriter | undefined> {
  const around = await sourceAround(filesOfBundle(folder), plan.sources, plan.cwd)
  if (around !== undefined) {
    throw new EvtError(`${folder} is in ${around}, which is erased from`, {
      code: 'usage',
      hint: 'name a folder elsewhere: its lines would be records of the archive',
    })
  }
  return (await isBundleOf(folder, plan.createdAt)) ? undefined : BundleWriter.open(folder)
}

/** Whether the bundle of an erasure is there. */
export async function isBundleOf(folder: string, plannedAt: string): Promise<boolean> {
  const text = await manifestTextIn(folder).catch(() => '')
  return text.includes('"right": "erasure"') && text.includes(quoted(plannedAt))
}

async function manifestTextIn(bundle: string): Promise<string> {
  const files = await openFiles(bundle, bundle)
  return textIn(files, MANIFEST).finally(() => files.close())
}

function quoted(plannedAt: string): string {
  return `"plannedAt": ${JSON.stringify(plannedAt)}`
}

/** What was erased, and the keyed hashes of all records that it was erased from. */
export async function writeBundle(
  writer: BundleWriter,
  { plan, proof, operator }: { plan: ErasePlan; proof: ErasureProof; operator: string | null },
): Promise<void> {
  const rows = plan.objects.flatMap(({ path, rows }) =>
    rows.map((row) => ({ object: nameless(path, plan.subject), ...row })),
  )
  await writer.add(PROOF, proofText(proof))
  const rowOf = (row: (typeof rows)[number]) => `${JSON.stringify(row)}\n`
  await writer.addRows([{ name: 'rows.ndjson', head: '', rowOf }], rows)
  await writer.publish(manifestOf(plan, proof, operator), plan.key)
}

function manifestOf(
  plan: ErasePlan,
  proof: ErasureProof,
  operator: string | null,
): ErasureManifest {
  const { version } = plan.tool
  const mapping = createMapping(plan.mapping)
  const presets = plan.presets ?? undefined
  const sum = (of: keyof ObjectCounts) =>
    plan.objects.reduce((all, { counts }) => all + counts[of], 0)
  const [dropped, changed] = [sum('dropped'), sum('changed')]
  return {
    ...{ schema: 'evt.bundle/1', right: 'erasure', request: requestId(plan.key) },
    createdAt: proof.finishedAt,
    ...{ plannedAt: plan.createdAt, tool: plan.tool, operator },
    configSha256: readingHash({ version, mapping, presets }),
    ...{ parameters: proof.parameters, sources: proof.sources },
    counts: {
      ...{ objectsSearched: plan.searched.objects, objectsWritten: proof.objects.length },
      ...{ matched: dropped + changed, dropped, changed, mentioned: sum('mentioned') },
      ...{ held: sum('held'), left: sum('left') },
    },
    ...{ recipients: proof.recipients ?? null, notified: proof.notified ?? null },
    ...(proof.notifiedBefore && { notifiedBefore: proof.notifiedBefore }),
    completeness: [...proof.completeness, ...unlisted(plan)],
    files: [],
  }
}

/** Of objects with very many, not all rows are listed. */
function unlisted({ objects }: ErasePlan): string[] {
  const more = objects.reduce((sum, { moreRows = 0 }) => sum + moreRows, 0)
  if (more === 0) return []
  const most = MOST_ROWS.toLocaleString('en')
  return [
    `rows.ndjson lists the first ${most} records of each object: ${count(more, 'more record')} ` +
      'stand in the counts alone.',
  ]
}
