import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as z from 'zod'
import { type ArchiveObject, identityOf } from '../archives/object.js'
import { codeOf } from '../archives/read-error.js'
import { EvtError } from '../errors.js'
import type { ReplayRequest } from './request.js'
import type { ReplayResult } from './result.js'
import { replayBodies, replayOrders } from './statement.js'

const SCHEMA = 'evt.replay-plan/1'

const texts = z.array(z.string())
const speed = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('max') }),
  z.strictObject({ is: z.literal('times'), times: z.number().positive() }),
  z.strictObject({ is: z.literal('rate'), perSecond: z.number().positive() }),
])
/** All that a plan was made with. */
const requestShape = z.strictObject({
  ...{ given: texts, maps: texts, presets: texts.optional(), config: z.string().optional() },
  ...{ schemaRegistry: z.string().optional(), followClaims: z.string().optional() },
  ...{ cwd: z.string(), to: z.string(), types: texts, entities: texts, keys: texts, ids: texts },
  range: z.strictObject({ sinceUs: z.number().nullable(), untilUs: z.number().nullable() }),
  filter: z.string().optional(),
  snapshot: z.boolean().default(false),
  claimCheck: z.string().nullable().default(null),
  topology: texts.default([]),
  sql: z.string().nullable().default(null),
  transform: z.string().nullable().default(null),
  injection: z.strictObject({ duplicates: z.number(), seed: z.int() }).nullable().default(null),
  ...{ order: z.enum(replayOrders), body: z.enum(replayBodies), distinct: z.boolean() },
  ...{ isMarked: z.boolean(), name: z.string().nullable(), replays: z.boolean() },
  ...{ skipRefused: z.boolean(), speed, concurrency: z.int().positive() },
  ...{ memoryLimitBytes: z.number(), allowPartial: z.boolean() },
})
const fileShape = z.object({
  schema: z.literal(SCHEMA),
  /** A hash of what the archive's files were. */
  listing: z.string(),
  /** Of the messages. */
  plan: z.string(),
  request: requestShape,
  planned: z.object({ target: z.string() }),
})

type PlanFile = z.infer<typeof fileShape>
export type PlannedRequest = z.infer<typeof requestShape>

/** What there is to read, as it was listed.
 * @throws EvtError `usage` for what can be read once */
function listingOf(objects: readonly ArchiveObject[]): string {
  const hash = createHash('sha256')
  for (const object of objects) {
    if (object.kind === 'stream') {
      throw new EvtError(`--plan reads the archive once more later, which ${object.path} is not`, {
        ...{ code: 'usage', hint: 'write it to a file first' },
      })
    }
    const { sizeBytes, mtimeMs } = object
    hash.update(JSON.stringify([identityOf(object), sizeBytes, mtimeMs]))
  }
  return hash.digest('hex')
}

/** A plan as it is saved: to be looked at, and carried out later. */
export function planFileText(
  request: ReplayRequest,
  planned: ReplayResult,
  objects: readonly ArchiveObject[],
): string {
  const { given, maps, presets, config, schemaRegistry, followClaims, cwd, range } = request
  const { to, types, entities, keys, ids, filter, order, body, distinct, isMarked } = request
  const { name, replays, skipRefused, speed, concurrency, memoryLimitBytes } = request
  const { sql, transform, injection, claimCheck, topology, snapshot } = request
  const sources = given.length > 0 ? given : planned.sources
  const saved: PlannedRequest = {
    ...{ given: [...sources], maps: [...maps], cwd, range, to },
    ...(presets && { presets: [...presets] }),
    ...(config !== undefined && { config }),
    ...(schemaRegistry !== undefined && { schemaRegistry }),
    ...(followClaims !== undefined && { followClaims }),
    ...{ types: [...types], entities: [...entities], keys: [...keys], ids: [...ids] },
    ...(filter && { filter: JSON.stringify(filter.json) }),
    ...{ order, body, distinct, isMarked, name, replays, skipRefused, speed, concurrency },
    ...{ snapshot, claimCheck, topology: [...topology] },
    ...{ sql, transform, injection, memoryLimitBytes, allowPartial: request.allowPartial },
  }
  const { plan } = planned
  const file: PlanFile = {
    schema: SCHEMA,
    listing: listingOf(objects),
    plan,
    request: saved,
    planned,
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** @throws EvtError `usage` where it is no plan */
export async function readPlanFile(path: string, cwd: string): Promise<PlanFile> {
  const text = await readFile(resolve(cwd, path), 'utf8').catch((cause) => {
    const message = `--apply ${path} cannot be read (${codeOf(cause) ?? cause})`
    throw new EvtError(message, { code: 'usage', cause })
  })
  const found = fileShape.safeParse(parsedPlan(text))
  if (found.success) return found.data
  throw new EvtError(`${path} is no plan that evt replay --plan wrote`, {
    ...{ code: 'usage', hint: 'evt replay SOURCE --to SINK --plan FILE writes one' },
    cause: found.error,
  })
}

function parsedPlan(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** @throws EvtError `usage` where the archive, or how it is read, is not what was planned */
export function checkUnchanged(
  saved: PlanFile,
  { plan, target }: ReplayResult,
  objects: readonly ArchiveObject[],
): void {
  const isListed = listingOf(objects) === saved.listing
  const isSameTarget = target === saved.planned.target
  if (isListed && isSameTarget && plan === saved.plan) return
  const otherwise = isSameTarget ? 'its events are read otherwise' : `its target is ${target}`
  const what = isListed ? otherwise : 'the archive has changed'
  throw new EvtError(`nothing was sent: since the plan was made, ${what}`, {
    ...{ code: 'usage', hint: 'make the plan anew, with --plan' },
  })
}
