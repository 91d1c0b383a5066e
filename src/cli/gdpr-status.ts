import { loadConfig } from '../config/load.js'
import { Register, registerFile } from '../erased/register.js'
import { requestsIn } from '../erased/requests.js'
import { EvtError } from '../errors.js'
import type { StatusResult } from '../privacy/status.js'

/** @throws EvtError `inconclusive` where nothing was asked for */
export async function statusOf({ config: file }: { config: string | undefined }) {
  const places = { cwd: process.cwd(), env: process.env }
  const config = await loadConfig({ ...places, file, firstSource: undefined })
  const register = await Register.open(registerFile({ ...places, config }))
  const requests = requestsIn(register.lines, Date.now())
  if (requests.length === 0) {
    throw new EvtError(`no requests are known: ${register.file} has none`, {
      code: 'inconclusive',
      hint: 'evt gdpr erase and extract note what was asked for',
    })
  }
  const erased = register.lines.filter(({ is }) => is === 'erased').length
  const result: StatusResult = {
    ...{ schema: 'evt.gdpr-status/1', register: register.file, erased },
    overdue: requests.filter(({ state }) => state === 'overdue').length,
    requests,
  }
  return result
}
