import { type Altered, type Asked, type Fault, startFaulty } from './faulty.js'

/**
 * What happens to a call. `throttle`, `unavailable`, `html`: the service is not asked, and answers
 * so; `cut`: the connection is closed before it is asked, `lost`: after. `entry`: of a batch, the
 * first entry is refused for now, the others reach the service.
 */
export const faults = ['throttle', 'unavailable', 'html', 'cut', 'lost', 'entry'] as const
type Name = (typeof faults)[number]

export interface FaultyAws {
  readonly url: string
  /** What happens to the next calls that send, one each; then they reach the service. */
  next(...faults: readonly Name[]): void
  close(): Promise<void>
}

/** Stands before an emulated AWS and lets calls that send messages fail. */
export async function faultsBefore(target: string): Promise<FaultyAws> {
  const due: Name[] = []
  const faulty = await startFaulty(target)
  faulty.fault = (asked) => {
    const isSending = /^(SendMessage|PutEvents|PutRecords|PublishBatch)/.test(asked.operation)
    const name = isSending ? due.shift() : undefined
    return name && faultOf(name, asked)
  }
  return {
    url: faulty.url,
    next: (...more) => void due.push(...more),
    close: () => faulty.stop(),
  }
}

function faultOf(name: Name, { operation, body, isQuery }: Asked): Fault {
  switch (name) {
    case 'html':
      return { status: 502, body: '<html>Bad Gateway</html>' }
    case 'unavailable':
      return { status: 503, code: 'ServiceUnavailable', message: 'no' }
    case 'throttle':
      return { status: 400, code: 'ThrottlingException', message: 'no' }
    case 'entry':
      if (operation === 'PutRecords') return recordsWithout(body.toString())
      return isQuery ? queryWithout(body.toString()) : jsonWithout(body.toString())
    default:
      return name
  }
}

/** A call without the first entry of its batch, answered as if that one had been refused. */
function jsonWithout(body: string): Altered {
  const { Entries: [first, ...others] = [], ...more } = JSON.parse(body)
  return {
    rest: others.length === 0 ? undefined : JSON.stringify({ ...more, Entries: others }),
    answer(text) {
      const given = text === '' ? {} : JSON.parse(text)
      if (first.Id === undefined) {
        const refused = { ErrorCode: 'InternalFailure', ErrorMessage: 'no' }
        return JSON.stringify({
          FailedEntryCount: 1,
          Entries: [refused, ...(given.Entries ?? [])],
        })
      }
      const refused = { Id: first.Id, Code: 'InternalError', SenderFault: false }
      return JSON.stringify({ ...given, Failed: [...(given.Failed ?? []), refused] })
    },
  }
}

/** The same of Kinesis. */
function recordsWithout(body: string): Altered {
  const { Records: [, ...others] = [], ...more } = JSON.parse(body)
  return {
    rest: others.length === 0 ? undefined : JSON.stringify({ ...more, Records: others }),
    answer(text) {
      const { Records = [] } = text === '' ? {} : JSON.parse(text)
      const code = 'ProvisionedThroughputExceededException'
      const refused = { ErrorCode: code, ErrorMessage: 'Rate exceeded for shard' }
      return JSON.stringify({ FailedRecordCount: 1, Records: [refused, ...Records] })
    },
  }
}

/** SNS's calls are forms, its answers XML. */
function queryWithout(body: string): Altered {
  const given = new URLSearchParams(body)
  const rest = new URLSearchParams()
  const place = /^(PublishBatchRequestEntries\.member)\.(\d+)\.(.*)$/
  let left = 0
  for (const [name, value] of given) {
    const [, list, number, field] = place.exec(name) ?? []
    if (number === '1') continue
    left += number === undefined ? 0 : 1
    rest.append(number === undefined ? name : `${list}.${Number(number) - 1}.${field}`, value)
  }
  const id = given.get('PublishBatchRequestEntries.member.1.Id')
  const fields = `<Id>${id}</Id><Code>InternalError</Code><SenderFault>false</SenderFault>`
  const refused = `<Failed><member>${fields}</member></Failed>`
  const result = `<PublishBatchResult><Successful/>${refused}</PublishBatchResult>`
  return {
    rest: left === 0 ? undefined : rest.toString(),
    answer: (text) =>
      text === ''
        ? `<PublishBatchResponse>${result}</PublishBatchResponse>`
        : text.replace(/<Failed\s*\/>|<Failed>\s*<\/Failed>|(?=<\/PublishBatchResult>)/, refused),
  }
}
