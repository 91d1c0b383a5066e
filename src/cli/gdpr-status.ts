import { loadConfig } from '../config/load.js'
import { Register, registerFile } from '../erased/register.js'
import { requestsIn } from '../erased/requests.js'
import { EvtError } from '../errors.js'
import type { StatusResult } from '../privacy/status.js'

/**
 * Notes that somebody is not to be left out any more, or that a request was none. What was noted
 * before stays in the register.
 *
 * @throws EvtError `usage` where it knows neither; it does not repeat what was typed
 */
export async function withdraw({ config, withdraw: what, reason }: Withdrawal): Promise<void> {
  const register = await openRegister(config)
  if (reason.includes(what) || reason.includes(what.slice(what.indexOf(':') + 1))) {
    throw new EvtError('--reason names whom it is about, and the register names nobody', {
      code: 'usage',
    })
  }
  if (await register.withdraw(what, { at: new Date().toISOString(), reason })) return
  throw new EvtError(`${register.file} has nothing of what --withdraw names`, {
    code: 'usage',
    hint: 'write KIND:ID of somebody who was erased, or a request of evt gdpr status -o json',
  })
}

interface Withdrawal {
  config: string | undefined
  withdraw: string
  reason: string
}

async function openRegister(file: string | undefined): Promise<Register> {
  const places = { cwd: process.cwd(), env: process.env }
  const config = await loadConfig({ ...places, file, firstSource: undefined })
  return Register.open(registerFile({ ...places, config }))
}

/** @throws EvtError `inconclusive` where nothing was asked for */
export async function statusOf({ config: file }: { config: string | undefined }) {
  const register = await openRegister(file)
  const requests = requestsIn(register.lines, Date.now())
  if (requests.length === 0) {
    throw new EvtError(`no requests are known: ${register.file} has none`, {
      code: 'inconclusive',
      hint: 'evt gdpr erase and extract note what was asked for',
    })
  }
  const result: StatusResult = {
    ...{ schema: 'evt.gdpr-status/1', register: register.file, erased: register.size },
    withdrawn: register.lines.filter(({ is }) => is === 'withdrawn').length,
    overdue: requests.filter(({ state }) => state === 'overdue').length,
    requests,
  }
  return result
}
