import type { JsonPath } from '../event/json-path.js'
import type { EventRule } from '../event/rule.js'
import type { Flow } from './flow.js'
import type { Slo } from './slo.js'

/** What evt.yaml says (DESIGN §4), read and checked. Without a file every part is absent. */
export interface Config {
  /** The file as it was found or named; undefined where there is none. */
  file?: string | undefined
  /** SOURCE when none is given: an address or an alias. */
  default?: string | undefined
  /** By pattern of types; for createMapping. */
  events?: Record<string, EventRule> | undefined
  /** Addresses by alias. Relative paths start at the folder of the file. */
  archives?: Record<string, string> | undefined
  /** Where the schemas of Avro in messages are: a folder, a JSON map of them, or a URL. */
  schemaRegistry?: string | undefined
  /** Folders of questions in SQL. Relative paths start at the folder of the file. */
  queries?: string[] | undefined
  /** What should happen one after the other, by name. */
  flows?: Record<string, Flow> | undefined
  /** What is promised, by name. */
  slo?: Record<string, Slo> | undefined
  /** Rules of the gate, as written. */
  checks?: string[] | undefined
  /** Types that have to appear when they are checked, as globs. */
  expect?: string[] | undefined
  athena?: AthenaConfig | undefined
  cloudwatch?: { namespace?: string | undefined } | undefined
  privacy?: PrivacyConfig | undefined
  /** Rules that change what is sent again. Its path starts at the folder of the file. */
  replay?: { transform?: string | undefined } | undefined
  topology?: TopologyConfig | undefined
}

interface TopologyConfig {
  suppress?: SuppressionConfig[] | undefined
  /** Deliveries of one event that are no finding. */
  fanOut?: number | undefined
}

interface PrivacyConfig {
  redact?: JsonPath[] | undefined
  /** The file of who was erased; a relative path starts at the folder of the file. */
  register?: string | undefined
  /** How long events are stored, in words, by pattern of types. */
  retention?: Record<string, string> | undefined
}

/** A finding of evt topology check that is known and wanted. */
interface SuppressionConfig {
  /** Of the check. */
  id: string
  /** The node; `*` and `?` stand for others. */
  on: string
  reason: string
}

interface AthenaConfig {
  workgroup?: string | undefined
  database?: string | undefined
  /** The most that one query may scan. */
  maxScanBytes?: number | undefined
}
