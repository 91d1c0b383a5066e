import { type AthenaRequest, askAthena } from '../athena/ask.js'
import { besideFile } from '../config/sources.js'
import type { ResultRows } from '../engines/engine.js'
import { EvtError } from '../errors.js'
import type { Chosen } from '../questions/chosen.js'
import { firstOf, statementOf, type Wording } from '../questions/run.js'
import { namedSources } from '../reading/named-sources.js'
import { scannedText } from '../ui/athena-text.js'
import { checkAnswered, leftOut } from './athena-answer.js'
import { athenaVoice } from './athena-locate.js'
import { reading, type TypedArchive } from './read-request.js'

interface TypedQuestion extends TypedArchive {
  flags: TypedArchive['flags'] & {
    workgroup?: string | undefined
    database?: string | undefined
    param?: string[] | undefined
    limit?: number | undefined
    explain?: boolean | undefined
    'allow-partial': boolean
  }
  wording: Wording
  chosen: Omit<Chosen, 'sinceUs' | 'untilUs'>
  note(text: string): void
}

/** `evt query --engine athena`: says before what it may cost, and after what it did. */
export async function queryAthena(
  typed: TypedQuestion,
  show: (rows: ResultRows, isPartial: () => boolean) => Promise<void>,
): Promise<void> {
  const { flags, wording, note } = typed
  if (flags.explain) {
    const hint = 'evt query --explain without --engine athena'
    throw new EvtError('--explain is for DuckDB alone', { code: 'usage', hint })
  }
  const { workgroup, database } = flags
  const failure = await reading(typed, async (request) => {
    const { config } = await namedSources(request)
    const folders = (config.queries ?? []).map((folder) => besideFile(folder, config))
    const question = { wording, parameters: flags.param ?? [], cwd: request.cwd }
    const statement = await statementOf(question, folders, 'athena')
    const asked: AthenaRequest = {
      ...{ ...request, workgroup, database, chosen: { ...request.range, ...typed.chosen } },
      ...athenaVoice(note, request),
    }
    let end: EvtError | undefined
    await askAthena(statement, asked, async ({ rows, searched }) => {
      request.onRead?.()
      checkAnswered(searched)
      end = leftOut(searched, flags['allow-partial'])
      await show(
        flags.limit === undefined ? rows : firstOf(rows, flags.limit),
        () => end !== undefined || request.signal.aborted,
      )
      note(scannedText(searched))
      if (request.signal.aborted) {
        const message = 'interrupted: these are not all the rows'
        end = new EvtError(message, { code: 'interrupted' })
      }
    })
    return end
  })
  if (failure) throw failure
}
