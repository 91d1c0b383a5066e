import { askArchive } from '../questions/asked-archive.js'
import { noObjects } from '../reading/absence.js'
import { endedBadly } from '../reading/ended-badly.js'
import { type OpenedArchive, openArchive, type ReadRequest } from '../reading/open-archive.js'
import type { Letter } from './letter.js'
import { counted, passedOf } from './passed.js'
import type { MessageGroup } from './result.js'

const EXAMPLES = 3
const statement = {
  sql: 'SELECT "key", sequence, event_time_us FROM events WHERE "key" IS NOT NULL',
  values: {},
}

/** Where an event stands among those of its key: by what its producer counted, else by its time. */
interface Standing {
  readonly sequence: string | null
  readonly timeUs: number | null
}

export interface Against extends ReadRequest {
  readonly memoryLimitBytes: number
}

/** By key, what an archive shows to have been processed. */
type Processed = ReadonlyMap<string, readonly Standing[]>

/** What was processed, found and not read so far. */
export interface OpenAgainst {
  readonly against: Against
  readonly archive: Omit<OpenedArchive, 'index'>
}

/** Finds it before anything is received: what is misspelt costs nothing.
 * @throws EvtError where there is none */
export async function openAgainst(against: Against): Promise<OpenAgainst> {
  const { index: _, ...archive } = await openArchive(against)
  const { sources, pruned, objects } = archive
  if (objects.length === 0) throw noObjects(sources, pruned)
  return { against, archive }
}

/**
 * Reads what an archive has of the keys of dead letters.
 *
 * @throws EvtError where it cannot be read to its end
 */
export async function processedOf(
  letters: readonly Letter[],
  { against, archive }: OpenAgainst,
): Promise<{ processed: Processed; sources: readonly string[] }> {
  const { sources } = archive
  const keys = [...new Set(letters.flatMap(({ key }) => key ?? []))]
  const processed = new Map<string, Standing[]>()
  if (keys.length === 0) return { processed, sources }
  const { presets, range, memoryLimitBytes, signal } = against
  const asking = {
    ...{ archive, presets, memoryLimitBytes, signal, chosen: { ...range, keys } },
    onProgress: () => {},
  }
  await askArchive(statement, asking, async ({ rows, searched }) => {
    for await (const chunk of rows.chunks) {
      for (const [key, sequence, timeUs] of chunk) {
        const known = processed.get(String(key)) ?? []
        processed.set(String(key), known)
        known.push({
          sequence: typeof sequence === 'string' ? sequence : null,
          timeUs: timeUs === null ? null : Number(timeUs),
        })
      }
    }
    const cut = endedBadly({ ...searched, signal, allowPartial: false })
    if (cut) throw cut
  })
  return { processed, sources }
}

/** The groups of a FIFO queue; of another, those of the keys of its events. Those that most
 * overtook come first. */
export function messageGroupsOf(
  letters: readonly Letter[],
  processed: Processed | undefined,
): MessageGroup[] {
  const groups = new Map<string, Letter[]>()
  for (const letter of letters) {
    const group = letter.group ?? letter.key
    if (group !== null) groups.set(group, [...(groups.get(group) ?? []), letter])
  }
  const all = [...groups].map(([group, found]) => groupOf(group, found, processed))
  return all.sort(
    (a, b) =>
      (b.overtaken ?? 0) - (a.overtaken ?? 0) ||
      (b.passed ?? 0) - (a.passed ?? 0) ||
      b.messages - a.messages ||
      (a.group < b.group ? -1 : 1),
  )
}

function groupOf(
  group: string,
  letters: readonly Letter[],
  processed: Processed | undefined,
): MessageGroup {
  const late = processed && letters.filter((letter) => isOvertaken(letter, processed))
  const shown = late && late.length > 0 ? late : letters
  return {
    ...{ group, messages: letters.length, overtaken: late ? late.length : null },
    unknown: letters.filter((letter) => !hasStanding(letter)).length,
    ...passedOf(letters),
    examples: shown.slice(0, EXAMPLES).map(({ messageId }) => messageId),
  }
}

function hasStanding({ key, sequence, timeUs }: Letter): boolean {
  return key !== null && (sequence !== null || timeUs !== null)
}

function isOvertaken(letter: Letter, processed: Processed): boolean {
  const others = letter.key === null ? [] : (processed.get(letter.key) ?? [])
  return others.some((other) => isLater(other, letter))
}

function isLater(one: Standing, than: Standing): boolean {
  const [a, b] = [counted(one.sequence), counted(than.sequence)]
  if (a !== undefined && b !== undefined) return a > b
  return one.timeUs !== null && than.timeUs !== null && one.timeUs > than.timeUs
}
