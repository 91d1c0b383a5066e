import { EvtError } from '../errors.js'

/**
 * The namespace of evt's metrics: what was said, else `Evt`.
 *
 * @throws EvtError `usage` for one of AWS's own, and for what CloudWatch does not take
 */
export function namespaceNamed(name = 'Evt'): string {
  if (/^AWS\//i.test(name)) {
    throw new EvtError(`the namespace ${name} is AWS's own`, {
      ...{ code: 'usage', hint: 'name another one, such as --namespace Evt' },
    })
  }
  if (/^[\w.#/-][\w.#/: -]{0,254}$/.test(name)) return name
  throw new EvtError(`${JSON.stringify(name)} is no namespace of CloudWatch`, {
    ...{ code: 'usage', hint: 'letters, digits and . - _ / # :, not : first, 255 at most' },
  })
}
