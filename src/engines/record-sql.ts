import type { Envelope, FieldName } from '../envelopes/envelope.js'
import { type JsonValue, UNKNOWN_TYPE } from '../event/event.js'
import type { JsonPath } from '../event/json-path.js'
import type { Mapping, TypeMapping } from '../event/mapping.js'
import type { SequenceType } from '../event/rule.js'
import { type Chain, type ChainSql, coalesce, nonEmpty, type Read } from './chain-sql.js'
import { quoteText } from './leaf-tree.js'
import { TypeCases } from './type-cases.js'

export interface ProjectionPlan {
  readonly chains: readonly Chain[]
  readonly mapping: Mapping
  /** All wrappings that the decoder may recognise, in its order. */
  readonly known: readonly Envelope[]
  /** Some records, so that those like them are certain. */
  readonly samples?: readonly JsonValue[] | undefined
}

type TextField = Exclude<FieldName, 'time' | 'receivedAt' | 'attempt' | 'sequence' | 'id'>

/** The fields of the records of one chain, as SQL. What is asked for adds the leaves it needs. */
export class RecordSql {
  private readonly cases: TypeCases
  /** The type that selects the mapping's rules. */
  private readonly baseType: string

  constructor(
    readonly chain: ChainSql,
    mapping: Mapping,
  ) {
    this.cases = new TypeCases(mapping)
    this.baseType = coalesce([
      mapping.typePath ? this.mapped(mapping.typePath, this.read('type')) : 'NULL',
      ...chain.preset('type', this.read('type'), mapping.typePath ? 1 : 0),
      quoteText(UNKNOWN_TYPE),
    ])
  }

  get id(): string {
    const messages = this.chain.preset(
      'transportId',
      this.read('transportId'),
      0,
      'innermost first',
    )
    return coalesce([this.field('id', this.read('id')), ...messages])
  }

  get source(): string {
    return coalesce([this.text('source'), "''"])
  }

  get type(): string {
    return coalesce([this.text('type'), quoteText(UNKNOWN_TYPE)])
  }

  text(field: TextField): string {
    return this.field(field, this.read(field))
  }

  /** What is at the field's place, whatever it is. */
  raw(field: 'time' | 'receivedAt' | 'attempt'): string {
    const { chain } = this
    if (field === 'attempt') return this.field(field, (level, path) => chain.leaf(level, path))
    return this.field(field, (level, path) => chain.time(level, path))
  }

  /** By what the mapping says of the record's type. */
  by(expressionOf: (mapping: TypeMapping) => string): string {
    return this.cases.by(this.baseType, expressionOf)
  }

  /** Where the type maps a sequence of this kind: what is at its place; else `otherwise`. */
  mappedSequence(kind: SequenceType, otherwise = 'NULL'): string {
    return this.by(({ fields, sequenceType }) => {
      if (!fields.sequence) return otherwise
      return sequenceType === kind ? this.mapped(fields.sequence, this.sequenceRead(kind)) : 'NULL'
    })
  }

  /** A list of every entity's `kind:id` in the mapping's order, NULL for one that is not there. */
  get entities(): string {
    return this.by(({ entities }) => {
      const texts = entities.map(({ kind, path }) => {
        const id = this.mapped(path, (level, p) => nonEmpty(this.chain.text(level, p)))
        return `${quoteText(`${kind}:`)} || ${id}`
      })
      return this.chain.list(texts)
    })
  }

  /** Where the outermost wrapping has the name of an ordered place and the number there, whatever
   * that is; NULL where it has none. */
  get place(): { name: string; sequence: string } {
    const { chain } = this
    const [outermost] = chain.levels
    const paths = outermost?.envelope.place
    if (!outermost || !paths || typeof paths.name === 'function')
      return { name: 'NULL', sequence: 'NULL' }
    const name = nonEmpty(chain.text(outermost, paths.name))
    return { name, sequence: chain.leaf(outermost, paths.sequence) }
  }

  sequenceRead(kind: SequenceType): Read {
    if (kind === 'text') return (level, path) => this.chain.text(level, path)
    return (level, path) => this.chain.leaf(level, path)
  }

  private field(field: FieldName, read: Read): string {
    const preset = (rank = 0) => this.chain.preset(field, read, rank)
    if (field === 'transportId' || field === 'sequence') return coalesce(preset())
    return this.by(({ fields }) => {
      const path = fields[field]
      if (!path) return coalesce(preset())
      const mapped = this.mapped(path, read)
      return field === 'key' ? mapped : coalesce([mapped, ...preset(1)])
    })
  }

  private mapped(path: JsonPath, read: Read): string {
    return path.length === 0 ? 'NULL' : read(this.chain.document, path, 0)
  }

  private read(field: FieldName): Read {
    return (level, path, rank) => this.chain.textOf(field, level, path, rank)
  }
}
