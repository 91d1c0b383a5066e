/** The DDL that evt writes for Hive, as Trino's connector to Hive takes the same. */
export function trinoDdl(sql: string): string {
  const plain = sql.replace(/`(\w+)`/g, '"$1"')
  if (plain.startsWith('CREATE DATABASE ')) return plain.replace('DATABASE', 'SCHEMA')
  const [, name, columns = '', rest = ''] =
    /^CREATE EXTERNAL TABLE IF NOT EXISTS (\S+) \(\n(.*?)\n\)\n(.*)$/s.exec(plain) ?? []
  if (name === undefined) return plain
  const [, location = ''] = /^LOCATION '(.*)'$/m.exec(rest) ?? []
  const [, partition] = /^PARTITIONED BY \("(\w+)" string\)$/m.exec(rest) ?? []
  const [, body = ''] = /^TBLPROPERTIES \(\n(.*)\n\)$/ms.exec(rest) ?? []
  const properties = new Map(
    [...body.matchAll(/^ {2}'(.*)' = '(.*)',?$/gm)].map(([, key = '', value = '']) => [key, value]),
  )
  const typed = columns.split('\n').map((line) => {
    const [, column = '', type = ''] = /^ {2}"(\w+)" (.*?),?$/.exec(line) ?? []
    return `"${column}" ${trinoType(type)}`
  })
  const options = [
    `external_location = '${location}'`,
    ...(rest.includes('STORED AS PARQUET')
      ? [`format = 'PARQUET'`]
      : [`format = 'TEXTFILE'`, `textfile_field_separator = U&'\\0001'`]),
  ]
  if (partition !== undefined) {
    const projected = projection(partition, properties)
    typed.push(`"${partition}" varchar WITH (${projected.join(', ')})`)
    const template = properties.get('storage.location.template') ?? ''
    options.push(
      ...[`partitioned_by = ARRAY['${partition}']`, 'partition_projection_enabled = true'],
      `partition_projection_location_template = '${template}'`,
    )
  }
  return `CREATE TABLE IF NOT EXISTS ${name} (${typed.join(', ')}) WITH (${options.join(', ')})`
}

function projection(column: string, properties: ReadonlyMap<string, string>): string[] {
  const of = (name: string) => properties.get(`projection.${column}.${name}`)
  const list = (text: string) => `ARRAY[${text.split(',').map((one) => `'${one}'`)}]`
  const [values, range, format, interval] = [
    ...[of('values'), of('range'), of('format'), of('interval')],
  ]
  return [
    `partition_projection_type = '${of('type')}'`,
    ...(values === undefined ? [] : [`partition_projection_values = ${list(values)}`]),
    ...(range === undefined ? [] : [`partition_projection_range = ${list(range)}`]),
    ...(format === undefined ? [] : [`partition_projection_format = '${format}'`]),
    ...(interval === undefined
      ? []
      : [
          `partition_projection_interval = ${interval}`,
          `partition_projection_interval_unit = '${of('interval.unit')}'`,
        ]),
  ]
}

function trinoType(type: string): string {
  const [, element] = /^array<(.*)>$/.exec(type) ?? []
  if (element !== undefined) return `array(${trinoType(element)})`
  const [, fields] = /^struct<(.*)>$/.exec(type) ?? []
  if (fields === undefined) return type === 'string' ? 'varchar' : type
  const typed = fields.split(',').map((field) => {
    const [name = '', of = ''] = field.split(':')
    return `"${name}" ${trinoType(of)}`
  })
  return `row(${typed.join(', ')})`
}
