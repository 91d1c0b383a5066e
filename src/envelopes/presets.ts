import { EvtError } from '../errors.js'
import { suggest } from '../event/suggest.js'
import { type Envelope, isWrapping } from './envelope.js'
import { envelopes } from './index.js'

/**
 * The wrappings that may be recognised: all of them, or those that `--preset` names. Plain JSON is
 * always among them, since an object that is nothing else is that, and so are bare wrappers.
 *
 * @throws EvtError `usage` for a name that is no wrapping
 */
export function presetEnvelopes(presets: readonly string[] | undefined): readonly Envelope[] {
  if (presets === undefined || presets.length === 0) return envelopes
  for (const name of presets) checkName(name)
  return envelopes.filter((envelope) => presets.includes(envelope.name) || !isWrapping(envelope))
}

/** What `--preset` takes. */
export function presetNames(): string[] {
  return [...new Set(envelopes.filter(({ isBare }) => !isBare).map(({ name }) => name))]
}

function checkName(name: string): void {
  const names = presetNames()
  if (names.includes(name)) return
  const near = suggest(name, names)
  throw new EvtError(`--preset ${name} is not one of ${names.join(', ')}`, {
    code: 'usage',
    hint: near
      ? `did you mean --preset ${near}?`
      : 'without --preset all of them are recognised, as nested as found',
  })
}
