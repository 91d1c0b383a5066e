import { readdir } from 'node:fs/promises'
import { EvtError } from '../errors.js'
import type { StatsResult } from './result.js'

const MAX_OFFERED = 5

/** Nobody said what to read: this folder may hold something. */
export async function noSource(cwd: string): Promise<EvtError> {
  const entries = await readdir(cwd, { withFileTypes: true }).catch(() => [])
  const readable = entries.filter(
    (entry) =>
      !/^[._]|^node_modules$/.test(entry.name) &&
      (entry.isDirectory() || /\.(nd)?jsonl?(\.gz)?$|\.parquet$/.test(entry.name)),
  )
  const offered = readable
    .map((entry) => `evt stats ${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort()
    .slice(0, MAX_OFFERED)
  const hint = [...offered, 'default: in evt.yaml names a SOURCE for when none is given']
  return new EvtError('no SOURCE given', { code: 'usage', hint: hint.join('\n') })
}

/** The SOURCEs are there and hold no file. */
export function noObjects(sources: readonly string[], pruned: number): EvtError {
  const reason =
    pruned > 0
      ? `all ${pruned.toLocaleString('en')} objects lie in partitions outside --since and --until`
      : 'there are no objects in it'
  return new EvtError(`no events in ${sources.join(' ')}: ${reason}`, { code: 'inconclusive' })
}

/** Objects were read, and no event was found or selected. */
export function noEvents({ sources, read, selection }: StatsResult): EvtError {
  const count = (n: number, one: string) => `${n.toLocaleString('en')} ${one}${n === 1 ? '' : 's'}`
  const objects = `${count(read.objects, 'object')} read, ${count(read.records, 'record')}`
  const isSelected = selection.since !== null || selection.until !== null
  const undecodable = `, ${read.undecodable.toLocaleString('en')} of them not decodable`
  const why = read.undecodable > 0 ? undecodable : isSelected ? ' selected' : ''
  return new EvtError(`no events in ${sources.join(' ')}: ${objects}${why}`, {
    code: 'inconclusive',
  })
}
