import { orderVariant } from '../event/mapping.js'
import { compile, type Top } from './compiled.js'
import { quoteName } from './leaf-tree.js'
import type { ProjectionPlan, RecordSql } from './record-sql.js'
import type { TimeForms } from './time-sql.js'

export type { ProjectionPlan } from './record-sql.js'

const projectedFields = [
  'id',
  'source',
  'type',
  'time',
  'receivedAt',
  'key',
  'integer',
  'sequence',
  'variant',
  'replay',
  'attempt',
  'transportId',
] as const
const placeFields = ['place', 'placeSequence'] as const
type ProjectedField = (typeof projectedFields)[number]
type PlaceField = (typeof placeFields)[number]

/** The decoder's reading of a record, as SQL that has the same, or says that it is not certain. */
export interface Projection {
  /** `columns=` of read_json, for line-delimited files. */
  readonly columns: string
  /** from_json's structure, for a relation with its result as column `evt:top`. */
  readonly structure: string
  readonly timeForms: TimeForms
  /** Whether records may be of an ordered place: then `select` has its name and sequence too. */
  readonly hasPlace: boolean
  /** A SELECT over `relation` with the columns of {@link ProjectedField}, all text, and `certain`.
   * The sequence is in `integer` or in `sequence`, as the type maps it; a record with a sequence of
   * its wrapping's own is not certain. `variant` is {@link orderVariant} of its type. */
  select(relation: string, root: 'columns' | 'struct'): string
}

const tops: Record<'columns' | 'struct', Top> = {
  columns: { root: null, json: null },
  struct: { root: quoteName('evt:top'), json: null },
}

/** @throws Unprojectable where DuckDB cannot hold what the plan needs */
export function createProjection(plan: ProjectionPlan): Projection {
  const hasPlace = plan.chains.some(([outermost]) => outermost?.place !== undefined)
  const names = hasPlace ? [...projectedFields, ...placeFields] : projectedFields
  const allOf = (record: RecordSql) => ({
    ...fieldsOf(record),
    ...(hasPlace ? placeOf(record) : { place: 'NULL', placeSequence: 'NULL' }),
  })
  const { top, timeForms } = compile(plan, tops.columns, allOf)
  return {
    timeForms,
    hasPlace,
    columns: top.columns(),
    structure: top.structure(),
    select: (relation, root) => {
      const { from, fields, certain } = compile(plan, tops[root], allOf)
      const columns = names.map((field) => `${fields[field]} AS ${quoteName(field)}`)
      const flag = `coalesce(${certain}, false) AS certain`
      return `SELECT ${columns.join(', ')}, ${flag} FROM ${from(relation)}`
    },
  }
}

function placeOf(record: RecordSql): Record<PlaceField, string> {
  const { name, sequence } = record.place
  return { place: name, placeSequence: sequence }
}

function fieldsOf(record: RecordSql): Record<ProjectedField, string> {
  const { chain } = record
  for (const own of chain.preset('sequence', (level, path) => chain.leaf(level, path))) {
    chain.doubt(record.by(({ fields }) => (fields.sequence ? 'false' : `${own} IS NOT NULL`)))
  }
  return {
    id: record.id,
    source: record.source,
    type: record.type,
    time: record.raw('time'),
    receivedAt: record.raw('receivedAt'),
    key: record.text('key'),
    integer: record.mappedSequence('integer'),
    sequence: record.mappedSequence('text'),
    variant: record.by((mapping) => String(orderVariant(mapping))),
    replay: record.text('replay'),
    attempt: record.raw('attempt'),
    transportId: record.text('transportId'),
  }
}
