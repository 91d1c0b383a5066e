import type { AthenaSearched } from '../athena/ask.js'
import { EvtError } from '../errors.js'

/** @throws EvtError `inconclusive` where there is nothing to ask */
export function checkAnswered({ records, undecodable, unsure, chosen }: AthenaSearched): void {
  if (records === 0) throw new EvtError('no events: no records', { code: 'inconclusive' })
  if (chosen > 0 || records === undecodable + unsure) return
  throw new EvtError(`none of the ${records.toLocaleString('en')} events is chosen`, {
    code: 'inconclusive',
    hint: 'without --type, --filter, --entity, --key, --since and --until all are asked',
  })
}

/** What the answer lacks that evt on this machine would have. */
export function leftOut(
  { objects, listed, records, unsure }: AthenaSearched,
  allowPartial: boolean,
): EvtError | undefined {
  if (allowPartial) return undefined
  const hint =
    'without --engine athena evt reads all of them\n--allow-partial takes what could be read'
  if (objects < listed) {
    const [read, all] = [objects, listed].map((n) => n.toLocaleString('en'))
    // It does so without a word.
    const why = 'Athena leaves out what is archived in S3 Glacier, and folders of no date'
    const message = `Athena found records in ${read} of ${all} objects: the result is partial`
    return new EvtError(message, { code: 'outside', hint: `${why}\n${hint}` })
  }
  if (unsure === 0) return undefined
  const [left, all] = [unsure, records].map((n) => n.toLocaleString('en'))
  return new EvtError(`Athena cannot read ${left} of ${all} records: the result is partial`, {
    code: 'outside',
    hint:
      `${hint}\n` +
      `evt query --engine athena --sql "select position, head from undecodable" shows them`,
  })
}
