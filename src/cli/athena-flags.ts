import * as Flags from '@oclif/core/flags'
import { EvtError } from '../errors.js'

/** Where in Athena, for every command that asks it. */
export const athenaNames = {
  workgroup: Flags.string({
    helpValue: 'NAME',
    description: 'the workgroup of Athena; athena.workgroup in evt.yaml, else evt',
  }),
  database: Flags.string({
    helpValue: 'NAME',
    description: 'the database of Athena; athena.database in evt.yaml, else events',
  }),
}

/** For every question that Athena can be asked. */
export const engineFlags = {
  engine: Flags.option({
    options: ['duckdb', 'athena'] as const,
    default: 'duckdb',
    helpValue: 'duckdb|athena',
    description: 'who runs the SQL: this machine, or Athena, as evt athena setup made it ready',
  })(),
  ...athenaNames,
}

/** The flags as they are parsed. */
export interface EngineFlagValues {
  engine: string
  workgroup?: string | undefined
  database?: string | undefined
  quiet: boolean
}

/** @throws EvtError `usage` where Athena would be asked about what comes live */
export function checkAtRest({ engine }: Partial<EngineFlagValues>): void {
  if (engine !== 'athena') return
  throw new EvtError('Athena is asked about an archive, not about what comes live', {
    ...{ code: 'usage', hint: 'leave out --engine athena' },
  })
}

/** For what changes something there. */
export const athenaConsent = {
  'dry-run': Flags.boolean({ description: 'show what would be done, and do nothing' }),
  yes: Flags.boolean({ description: 'do it without asking' }),
}
