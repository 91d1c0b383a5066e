import { Athena, OWN_DESCRIPTION } from '../aws/athena.js'
import { loadConfig } from '../config/load.js'
import { quoteName } from '../engines/leaf-tree.js'
import { EvtError } from '../errors.js'
import type { ReadRequest } from '../reading/open-archive.js'
import { type AthenaNames, namesOf } from './archive.js'
import { EVENTS_VIEW, LINES_TABLE, SOURCE_PROPERTY } from './ddl.js'
import { INDEX_PROPERTY, indexTables, kinds } from './index-ddl.js'
import { isEventsView } from './view-ddl.js'

interface TeardownRequest
  extends AthenaNames,
    Pick<ReadRequest, 'aws' | 'signal' | 'config' | 'cwd' | 'env'> {}

/** What is taken away: never an object of the archive, nor a result. */
export interface TeardownPlan {
  readonly database: string
  /** Null where it is not evt's, and stays. */
  readonly workgroup: string | null
  readonly statements: readonly string[]
}

/**
 * Plans to take away what setup made. Nothing is changed.
 *
 * @throws EvtError `usage` where there is nothing, or what is there is not evt's
 */
export async function planTeardown(request: TeardownRequest) {
  const { config: file, cwd, env, aws, signal } = request
  const config = await loadConfig({ file, cwd, env, firstSource: undefined })
  const { workgroup, database } = namesOf(config, request)
  const athena = await Athena.open({ ...aws, workgroup, signal })
  try {
    const known = await athena.workgroup()
    const isThere = known !== null
    const table = await athena.table(database, LINES_TABLE, isThere)
    const view = await athena.table(database, EVENTS_VIEW, isThere)
    const ofIndex = known ? await indexTablesOf(athena, database) : []
    // Setup that failed half way left the workgroup alone.
    const isOwn = known?.description === OWN_DESCRIPTION
    if (!known || (!table && ofIndex.length === 0 && !isOwn)) {
      const what = known ? `table ${database}.${LINES_TABLE}` : `workgroup ${workgroup}`
      throw new EvtError(`there is no ${what}`, { code: 'usage', hint: '--workgroup, --database' })
    }
    if (table && table.parameters[SOURCE_PROPERTY] === undefined) {
      const message = `the table ${database}.${LINES_TABLE} was not made by evt`
      throw new EvtError(message, { code: 'usage', hint: '--database' })
    }
    // Of views Athena's parser is Trino's, which takes no backticks.
    const noView = `DROP VIEW IF EXISTS ${quoteName(database)}.${quoteName(EVENTS_VIEW)}`
    const noTable = (name: string) => `DROP TABLE IF EXISTS \`${database}\`.\`${name}\``
    const plan: TeardownPlan = {
      database,
      workgroup: isOwn ? workgroup : null,
      statements: [
        ...(table && (!view || isEventsView(view)) ? [noView] : []),
        ...(table ? [noTable(LINES_TABLE)] : []),
        ...ofIndex.map(noTable),
      ],
    }
    const apply = async () => {
      for (const sql of plan.statements) {
        await athena.run({ sql, outputLocation: known.outputLocation })
      }
      if (plan.workgroup !== null) await athena.dropWorkgroup()
    }
    return { plan, apply, close: () => athena.close() }
  } catch (error) {
    athena.close()
    throw error
  }
}

/** The tables of an index that evt made. */
async function indexTablesOf(athena: Athena, database: string): Promise<string[]> {
  const names: string[] = []
  for (const name of kinds.map((kind) => indexTables[kind])) {
    const table = await athena.table(database, name)
    if (table?.parameters[INDEX_PROPERTY] !== undefined) names.push(name)
  }
  return names
}
