import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'
import { parseSearch } from '../privacy/subject.js'
import { entityText } from './entity-text.js'
import { archiveFlags } from './flags.js'
import { parseTime } from './time.js'

const { type: _, filter: _f, ...wholeFlags } = archiveFlags

/** What is known of somebody is not narrowed by types. */
export const subjectArchiveFlags = wholeFlags

/** How values are compared. */
export const matchingFlags = {
  'ignore-case': Flags.boolean({ default: false, description: 'take no heed of case in values' }),
  deep: Flags.boolean({
    default: false,
    description: 'find values also inside of longer texts, and in JSON that is a text',
  }),
}

/** Who it is about. */
export const subjectFlags = {
  entity: Flags.string({
    helpValue: 'KIND:ID',
    multiple: true,
    multipleNonGreedy: true,
    description: 'who it is about, as the mapping names it, such as user:42',
    parse: async (text: string) => entityText(text),
  }),
  also: Flags.string({
    helpValue: 'PATH=VALUE',
    multiple: true,
    multipleNonGreedy: true,
    description:
      "events that have this value, too: '$.detail.email=ada@example.com', '*=…' anywhere",
    parse: async (text: string) => {
      parseSearch(text)
      return text
    },
  }),
  received: Flags.string({
    helpValue: 'TIME',
    description:
      'when it was asked for, if not now: 7d, 2026-11-01; evt gdpr status counts from it',
    parse: async (text: string) => {
      parseTime(text, Date.now())
      return text
    },
  }),
  ...matchingFlags,
  'max-share': Flags.string({
    helpValue: 'PERCENT',
    default: '10%',
    description: 'refuse a subject that is in more of all events: probably a wrong identifier',
    parse: async (text: string) => {
      shareOf(text)
      return text
    },
  }),
}

/** Of the bundle of an extract. */
export const bundleFlags = {
  to: Flags.string({
    helpValue: 'DIR|FILE.zip',
    required: true,
    description: 'the folder or zip file to be made',
  }),
  'age-recipient': Flags.string({
    helpValue: 'KEY',
    multiple: true,
    multipleNonGreedy: true,
    description: 'encrypt every file but the manifest to this public key of age (age1…)',
  }),
  format: Flags.option({
    options: ['report', 'portable'] as const,
    default: 'report' as const,
    helpValue: 'FORMAT',
    description: 'report, or portable: with the events as CSV, too',
  })(),
  'redact-others': Flags.boolean({
    description: 'mask whom else the events are about, and the fields of privacy.redact there',
  }),
  'keep-kind': Flags.string({
    helpValue: 'KIND',
    multiple: true,
    multipleNonGreedy: true,
    dependsOn: ['redact-others'],
    description: 'entities of this kind are nobody, such as orders, and stay',
  }),
  operator: Flags.string({
    helpValue: 'NAME',
    description: 'who answers for it, for the record',
  }),
}

/**
 * Who was named by {@link subjectFlags}.
 *
 * @throws EvtError `usage` where nobody was
 */
export function subjectOf(flags: {
  entity?: readonly string[] | undefined
  also?: readonly string[] | undefined
  'ignore-case': boolean
  deep: boolean
}) {
  const { entity: entities = [], also = [], deep } = flags
  if (entities.length === 0 && also.length === 0) {
    throw new EvtError('--entity is missing', {
      code: 'usage',
      hint: "--entity KIND:ID, or --also '*=VALUE' where no entities are mapped",
    })
  }
  const values = also.map(parseSearch)
  return { entities: [...new Set(entities)], values, ignoreCase: flags['ignore-case'], deep }
}

/** When it was asked for. */
export function receivedMs({ received }: { received?: string | undefined }, nowMs: number): number {
  return received === undefined ? nowMs : Math.min(nowMs, parseTime(received, nowMs) / 1_000)
}

/** @throws EvtError `usage` for what is no percentage */
export function shareOf(text: string): number {
  const percent = /^\d+(\.\d+)?%$/.test(text) ? Number.parseFloat(text) : Number.NaN
  if (percent > 0 && percent <= 100) return percent / 100
  throw new EvtError(`${JSON.stringify(text)} is no share`, {
    code: 'usage',
    hint: 'write a percentage above 0% and up to 100%, as in 10%',
  })
}

/**
 * The value that is looked for stands before the SOURCEs.
 *
 * @throws EvtError `usage` where there is none
 */
export function valueAndSources([value, ...sources]: readonly string[] = []) {
  if (value) return { value, sources }
  throw new EvtError('nothing is looked for', {
    code: 'usage',
    hint: 'evt gdpr find VALUE SOURCE',
  })
}

/**
 * The bundle stands before the SOURCEs.
 *
 * @throws EvtError `usage` where there is none
 */
export function bundleAndSources([bundle, ...sources]: readonly string[] = []) {
  if (bundle) return { bundle, sources }
  throw new EvtError('no bundle is named', {
    code: 'usage',
    hint: 'evt gdpr acknowledge BUNDLE SOURCE',
  })
}
