import { readFileSync } from 'node:fs'
import { DuckdbEngine } from '../../src/engines/duckdb-engine.js'
import type { ResultColumn, Statement } from '../../src/engines/engine.js'
import { quoteName } from '../../src/engines/leaf-tree.js'
import type { AskOptions } from '../../src/questions/asked-archive.js'
import { askArchive } from '../../src/questions/asked-archive.js'
import { Plans } from '../../src/questions/plans.js'
import { trinoQuestion } from '../../src/questions/trino-question.js'
import { sampleOf } from '../../src/reading/line-sample.js'
import type { Trino, TrinoRows } from '../testbed/trino.js'
import { fillRecords, records } from './trino-lines.js'

/** What numbers of rows in files are in; a table of lines has none. */
const ofPositions = new Set(['pos', 'position', 'run', 'after_pos'])
