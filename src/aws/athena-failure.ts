import type { QueryExecution } from '@aws-sdk/client-athena'
import { EvtError } from '../errors.js'
import { ofSdk } from './failure.js'

/** What succeeded and has no results now: they are files, which anybody may take away. */
export function resultsFailure(error: unknown): never {
  const cause = ofSdk(error)
  if (!(error instanceof EvtError) || !(cause instanceof Error)) throw error
  if (cause.name !== 'InvalidRequestException') throw error
  const hint = 'it was billed, and its results are no longer where results go: ask again'
  throw new EvtError(error.message, { code: 'outside', hint, cause })
}

/** Why a query ended without rows, in words. */
export function queryFailure({ Status, Query = '' }: QueryExecution): EvtError {
  const told = Status?.StateChangeReason ?? Status?.AthenaError?.ErrorMessage ?? ''
  const [reason = ''] = told.split('\n')
  if (/bytes scanned|scan(ned)? limit|cutoff/i.test(told)) {
    const hint = 'narrow it by --since and --until, or raise the limit of the workgroup'
    const message = `the query was ended by the limit of its workgroup: ${reason}`
    return new EvtError(message, { code: 'outside', hint })
  }
  if (Status?.State === 'CANCELLED') {
    const why = reason === '' ? '' : `: ${reason}`
    return new EvtError(`the query was cancelled by somebody else${why}`, { code: 'outside' })
  }
  const [, kind = '', line, rest = ''] =
    /^([A-Z_]+): (?:line (\d+):\d+: )?(.*)$/s.exec(reason) ?? []
  if (/^(SYNTAX|COLUMN|TYPE|FUNCTION|TABLE|INVALID_FUNC|AMBIGUOUS|MISSING_COL)/.test(kind)) {
    const place = line === undefined ? '' : `line ${line}: `
    const text = line === undefined ? undefined : Query.split('\n')[Number(line) - 1]
    const shown = text !== undefined && text.length <= 200 ? text : undefined
    const message = `the query is wrong: ${place}${rest}`
    return new EvtError(message, { code: 'usage', hint: shown })
  }
  if (/access denied|not authorized|insufficient permissions/i.test(told)) {
    const [, action] = /not authorized to perform: ([\w-]+:\w+)/.exec(told) ?? []
    const usual = 's3:GetObject and s3:ListBucket on the archive, s3:PutObject where results go'
    const hint = action ?? usual
    return new EvtError(`Athena is not allowed to run the query: ${reason}`, {
      ...{ code: 'outside', hint: `it takes ${hint}` },
    })
  }
  return new EvtError(`the query failed: ${reason}`, { code: 'outside' })
}
