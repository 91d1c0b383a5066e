import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { resolveSources } from '../../../src/archives/source.js'
import { createMapping } from '../../../src/event/mapping.js'
import type { EventRule } from '../../../src/event/rule.js'
import { parseMapFlag } from '../../../src/event/rule.js'
import type { Finding, FindingKind, StatsResult } from '../../../src/stats/result.js'
import { archiveStats, type StatsOptions } from '../../../src/stats/stats.js'

const START_MS = Date.UTC(2026, 10, 1, 9)

/** The event's own n-th second from 9 o'clock on, and its arrival 20 ms later. */
export function event(n: number, rest: Record<string, unknown> = {}) {
  return {
    id: `e-${n}`,
    source: 'shop',
    type: 'order.placed',
    time: iso(n * 1_000 + 0.5),
    receivedAt: iso(n * 1_000 + 20),
    key: 'o-1',
    seq: n,
    total: n,
    ...rest,
  }
}

/** Milliseconds after 9 o'clock; microseconds are kept. */
export function iso(ms: number): string {
  const text = new Date(START_MS + Math.floor(ms)).toISOString()
  const us = Math.round((ms - Math.floor(ms)) * 1_000)
  return us === 0 ? text : text.replace('Z', `${String(us).padStart(3, '0')}Z`)
}

export const times = <T>(count: number, make: (n: number) => T) =>
  Array.from({ length: count }, (_, n) => make(n))

export const lines = (documents: readonly unknown[]) =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join('')

/** Without `key` and `seq`, order goes by time. */
export const plain = ['id', 'source', 'type', 'time', 'receivedAt'].map(
  (name) => `${name}=$.${name}`,
)
export const mapped = [...plain, 'key=$.key', 'sequence=$.seq']

export interface Given extends Partial<StatsOptions> {
  maps?: readonly string[]
  events?: Record<string, readonly string[]>
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder with these files. */
export function archive(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'evt-findings-'))
  folders.push(folder)
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** The result of an archive, which does not depend on whether its deliveries are spilled. */
export async function statsOf(folder: string, given: Given = {}): Promise<StatsResult> {
  const result = await statsOnce(folder, given)
  const canRepeat = !given.objects && !given.onProgress && !given.signal
  if (canRepeat) expect(await statsOnce(folder, { ...given, heldRows: 1 })).toEqual(result)
  return result
}

export async function statsOnce(folder: string, given: Given = {}): Promise<StatsResult> {
  const { maps = mapped, events = {}, ...options } = given
  const { objects } = await resolveSources(['.'], { aliases: {}, cwd: folder })
  const rules = Object.entries(events).map(([type, texts]) => [type, ruleOf(texts)] as const)
  const { result } = await archiveStats({
    sources: ['.'],
    objects,
    mapping: createMapping({ events: Object.fromEntries(rules), maps }),
    selection: { sinceUs: null, untilUs: null },
    by: 'type',
    windowUs: null,
    memoryLimitBytes: 1e9,
    threads: 1,
    signal: new AbortController().signal,
    onProgress: () => {},
    ...options,
  })
  return result
}

/** The findings of one kind in an archive of one file. */
export async function found(
  kind: FindingKind,
  documents: readonly unknown[],
  given: Given = {},
): Promise<Finding[]> {
  const folder = archive({ 'events.ndjson': lines(documents) })
  const { findings } = await statsOf(folder, given)
  return findings.filter((finding) => finding.kind === kind)
}

export const explained = (findings: readonly Finding[]) => findings.map(({ explain }) => explain)

function ruleOf(texts: readonly string[]): EventRule {
  const rules = texts.map(parseMapFlag)
  return Object.assign({}, ...rules, {
    fields: Object.assign({}, ...rules.map(({ fields }) => fields)),
    entities: rules.flatMap(({ entities }) => entities),
  })
}
