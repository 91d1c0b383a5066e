import type { Execute } from './athena-double.js'
import type { Trino, TypeSignature } from './trino.js'

/** Runs a statement as Athena does, by a real Trino, and writes what it gives as Athena does. */
export function byTrino(
  trino: Pick<Trino, 'run'>,
  scannedBytes: (physicalBytes: number) => number = () => 0,
): Execute {
  return async (sql, values) => {
    const using = values.length === 0 ? '' : ` USING ${values.join(', ')}`
    const quoted = `'${sql.replaceAll("'", "''")}'`
    const isView = /^CREATE OR REPLACE VIEW/.test(sql)
    const asked = isView ? sql : `EXECUTE IMMEDIATE ${quoted}${using}`
    const { columns, rows, physicalBytes } = await trino.run(asked)
    const signatures = columns.map(({ typeSignature }) => typeSignature)
    return {
      columns: columns.map(({ name, typeSignature }) => ({ name, ...typeOf(typeSignature) })),
      rows: rows.map((row) => row.map((value, n) => textOf(value, signatures[n]))),
      scannedBytes: scannedBytes(physicalBytes),
    }
  }
}

function typeOf({ rawType, arguments: [, scale] }: TypeSignature) {
  return { type: rawType, ...(typeof scale?.value === 'number' && { scale: scale.value }) }
}

/** As Athena's results have it: lists and rows without quotes. */
function textOf(value: unknown, signature: TypeSignature | undefined): string | null {
  if (value === null || value === undefined) return null
  const inside = (each: unknown, of: TypeSignature | undefined) => textOf(each, of) ?? 'null'
  if (!Array.isArray(value)) return String(value)
  const types = (signature?.arguments ?? []).map(({ value: of }) => of)
  if (signature?.rawType !== 'row') {
    const [of] = types
    const element = typeof of === 'object' && 'rawType' in of ? of : undefined
    return `[${value.map((each) => inside(each, element)).join(', ')}]`
  }
  const fields = value.map((each, n) => {
    const of = types[n]
    if (typeof of !== 'object' || !('fieldName' in of)) throw new Error('a field without a name')
    return `${of.fieldName.name}=${inside(each, of.typeSignature)}`
  })
  return `{${fields.join(', ')}}`
}
