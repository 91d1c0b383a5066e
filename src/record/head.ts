import { randomBytes } from 'node:crypto'
import { EvtError } from '../errors.js'
import { type Format, formats, HEAD, type Store } from './store.js'

const SCHEMA = 'evt.recording/1'

/** What stands beside the parts of a recording. */
interface Head {
  schema: typeof SCHEMA
  format: Format
  /** Of the recording, whose counter its records have. */
  id: string
  begunAt: string
}

/**
 * The recording that a target holds; a new one where there is nothing.
 *
 * @param wanted how parts are to be kept; by default as they are
 * @throws EvtError `usage` where it holds something else
 */
export async function openHead(
  store: Store,
  nowMs: number,
  wanted: Format | undefined,
): Promise<Head> {
  const text = await store.read(HEAD)
  if (text !== undefined) return checked(parsed(text.toString(), store.address), wanted, store)
  if (await store.hasOthers()) {
    throw new EvtError(`${store.address} holds something, and no recording by evt`, {
      code: 'usage',
      hint: 'record to a place of its own, which need not be there yet',
    })
  }
  const head: Head = {
    ...{ schema: SCHEMA, format: wanted ?? 'ndjson', id: randomBytes(6).toString('hex') },
    begunAt: new Date(nowMs).toISOString(),
  }
  await store.write(HEAD, `${JSON.stringify(head)}\n`)
  return head
}

function checked(head: Head, wanted: Format | undefined, { address }: Store): Head {
  if (wanted === undefined || head.format === wanted) return head
  throw new EvtError(`${address} is a recording in ${head.format}, not in ${wanted}`, {
    code: 'usage',
    hint: `leave out --format to go on with it, or record to another target`,
  })
}

function parsed(text: string, address: string): Head {
  const found = objectOf(text)
  const { schema, id, begunAt } = found
  const format = formats.find((each) => each === found['format'])
  if (schema === SCHEMA && format && typeof id === 'string' && typeof begunAt === 'string') {
    return { schema, format, id, begunAt }
  }
  const what =
    typeof schema === 'string' ? `${schema}, ${String(found['format'])}` : 'nothing evt can read'
  throw new EvtError(`${address} is a recording of another format: ${what}`, {
    code: 'usage',
    hint: `this evt writes ${SCHEMA}, ${formats.join(' or ')}: record to another target`,
  })
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
