import type { AskedQuery } from '../aws/athena.js'
import type { ResultRows, Statement } from '../engines/engine.js'
import { lookedAt } from '../questions/asked-archive.js'
import type { Chosen } from '../questions/chosen.js'
import { checkFlows } from '../questions/flows.js'
import { hiddenIn } from '../questions/run.js'
import { countedRecords, type TrinoArchive, trinoQuestion } from '../questions/trino-question.js'
import { athenaUsd, checkScan } from './price.js'
import { type AthenaAsking, chosenPart, type ReadyArchive, withAthena } from './ready.js'
import { linesOf } from './view-ddl.js'

export interface AthenaRequest extends AthenaAsking {
  readonly chosen: Chosen
}

/** What Athena read for an answer. */
export interface AthenaSearched {
  /** That have records, and that were listed and are not empty. */
  readonly objects: number
  readonly listed: number
  readonly records: number
  readonly undecodable: number
  /** Records that evt alone can read. */
  readonly unsure: number
  readonly chosen: number
  readonly scannedBytes: number
  readonly usd: number
}

interface AthenaAnswer {
  readonly rows: ResultRows
  readonly searched: AthenaSearched
}

/**
 * Asks Athena a question about an archive that `evt athena setup` was run for. Beside the question
 * a second query counts what was read: what Athena cannot read is never silently missing.
 *
 * @throws EvtError `usage` where it is wrong, Athena was not set up, or it would scan too much
 */
export async function askAthena<T>(
  statement: Statement,
  request: AthenaRequest,
  take: (answer: AthenaAnswer) => Promise<T>,
): Promise<T> {
  const looks = await lookedAt(statement)
  const check = ({ opened }: ReadyArchive['archive']) =>
    checkFlows(looks.tables, opened.config.flows ?? {}, statement.values['flow'])
  const ask = async (ready: ReadyArchive) => {
    const { archive, plan } = ready
    const { where, bytes, listed } = chosenPart(archive, request.range)
    const asked: TrinoArchive = {
      ...{ plan, lines: linesOf(archive, where), chosen: request.chosen },
      flows: archive.opened.config.flows ?? {},
      hidden: hiddenIn(archive.opened),
    }
    const question = await trinoQuestion(statement, asked, looks)
    const counted = countedRecords(asked)
    checkScan([question, counted], bytes, archive, request)
    const answer = await ready.run(question)
    const searched = await searchedBy(ready, await ready.run(counted), answer)
    return take({ rows: await ready.rows(answer), searched: { ...searched, listed } })
  }
  return withAthena(request, ask, check)
}

async function searchedBy(
  ready: ReadyArchive,
  counts: AskedQuery,
  asked: AskedQuery,
): Promise<Omit<AthenaSearched, 'listed'>> {
  const { chunks } = await ready.rows(counts)
  const first = await chunks[Symbol.asyncIterator]().next()
  const [row = []] = first.done ? [] : first.value
  const [objects = 0, records = 0, undecodable = 0, unsure = 0, chosen = 0] = row.map(Number)
  return {
    ...{ objects, records, undecodable, unsure, chosen },
    scannedBytes: asked.scannedBytes + counts.scannedBytes,
    usd: athenaUsd(asked.scannedBytes) + athenaUsd(counts.scannedBytes),
  }
}
