import { EvtError } from '../errors.js'

/** @throws EvtError `usage` for what is no `kind:id` */
export function entityText(text: string): string {
  if (/^[^:]+:./s.test(text)) return text
  throw new EvtError(`${text} is no entity`, {
    code: 'usage',
    hint: 'write its kind and its id, as in jobAd:123',
  })
}
