import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import * as z from 'zod'
import { EvtError } from '../errors.js'
import type { TopologyResult } from './model.js'

const text = z.string()
const finding = z.looseObject({ id: text, on: text, explanation: text, witnesses: z.array(text) })
const facts = z.looseObject({})
/** What a comparison asks for. */
const saved = z.looseObject({
  schema: z.literal('evt.topology/1'),
  sources: z.array(text),
  nodes: z.array(z.looseObject({ id: text, kind: text, name: text, facts })),
  edges: z.array(z.looseObject({ from: text, to: text, via: text, when: z.json(), facts })),
  findings: z.array(finding),
  suppressed: z.array(finding),
})

/** What `evt topology show -o json` wrote; undefined for any other file, and for what is none.
 *
 * @throws EvtError `usage` for one that is damaged */
export async function savedTopology(
  path: string,
  cwd: string,
): Promise<TopologyResult | undefined> {
  if (!path.endsWith('.json')) return undefined
  const written = await readFile(resolve(cwd, path), 'utf8').catch(() => '')
  if (!/^\s*\{\s*"schema"\s*:\s*"evt\.topology\/1"/.test(written)) return undefined
  const json = jsonOf(written)
  if (saved.safeParse(json).success) return json as TopologyResult // as far as it is asked
  throw new EvtError(`${path} is damaged: it is not what evt topology show -o json wrote`, {
    code: 'usage',
    hint: 'write it again',
  })
}

function jsonOf(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}
