import { EvtError } from '../errors.js'

/** A log and events in one command: neither could be counted with the other. */
export function mixed(log: string): EvtError {
  return new EvtError(`${log} is a histogram log, and other SOURCEs hold events`, {
    code: 'usage',
    hint: 'measure events and read histogram logs in commands of their own',
  })
}
