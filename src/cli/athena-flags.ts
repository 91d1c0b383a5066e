import * as Flags from '@oclif/core/flags'

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

/** For what changes something there. */
export const athenaConsent = {
  'dry-run': Flags.boolean({ description: 'show what would be done, and do nothing' }),
  yes: Flags.boolean({ description: 'do it without asking' }),
}
