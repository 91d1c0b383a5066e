import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { athenaValue } from '../../src/engines/athena-rows.js'
import { Unprojectable } from '../../src/engines/chain-sql.js'
import type { ResultValue, Statement } from '../../src/engines/engine.js'
import { askArchive, lookedAt } from '../../src/questions/asked-archive.js'
import { questionNamed, readCatalogue } from '../../src/questions/catalogue.js'
import { boundValues } from '../../src/questions/parameters.js'
import { trinoQuestion } from '../../src/questions/trino-question.js'
import { sampleOf } from '../../src/reading/line-sample.js'
import { type OpenedArchive, openArchive } from '../../src/reading/open-archive.js'
import { SampledChains } from '../../src/reading/sampled-chains.js'
import { caseFiles } from '../cases/case-file.js'
import { makeFiles } from '../cases/files.js'
import { isLong } from '../helpers/campaign.js'
import { describeWith } from '../helpers/needs.js'
import { byTrino } from '../testbed/athena-trino.js'
import { jars, startTrino, type Trino } from '../testbed/trino.js'
import { fillRecords, records } from './trino-lines.js'

const { signal } = new AbortController()
const all = { sinceUs: null, untilUs: null }
const catalogue = await readCatalogue()

/** The cases of questions for Athena, as test/cases/query-*.yaml has them. */
const cases = caseFiles(fileURLToPath(new URL('../cases/', import.meta.url)))
  .flatMap((file) => file.cases)
  .flatMap(({ line, exit, files = {} }) => {
    const [, name = '', sources = '', params = ''] =
      /^evt query ([a-z-]+\/[a-z-]+) ((?:[\w./]+ )+)((?:--param \S+ )*)-o (?:csv|ndjson)$/.exec(
        line,
      ) ?? []
    if (name === '' || exit !== 0) return []
    const { sql, parameters, engines } = questionNamed(catalogue, name)
    if (!engines.includes('athena')) return []
    const values = boundValues(
      parameters,
      [...params.matchAll(/--param (\S+)/g)].map((m) => m[1] ?? ''),
    )
    return [{ line, files, sources: sources.trim().split(' '), statement: { sql, values } }]
  })

/** Which record of an object an event is, Athena does not know. */
const ofPositions = new Set(['pos', 'position', 'run', 'after_pos'])

function isOfLambda(files: object): boolean {
  return JSON.stringify(files).includes('eventSourceARN')
}

interface Answer {
  names: string[]
  rows: ResultValue[][]
}

/** Of figures that are no integers what any order of adding gives. */
function comparable({ names, rows }: Answer) {
  const kept = names.flatMap((name, n) => (ofPositions.has(name) ? [] : [n]))
  const plain = (value: ResultValue) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(12)) : value
  return {
    names: kept.map((n) => names[n]),
    rows: rows.map((row) => kept.map((n) => plain(row[n] ?? null))),
  }
}

async function byDuckdb(statement: Statement, archive: OpenedArchive): Promise<Answer> {
  const options = { archive, presets: undefined, chosen: all, flows: archive.config.flows, signal }
  const machine = { memoryLimitBytes: 600e6, threads: 1, onProgress: () => {} }
  return askArchive(statement, { ...options, ...machine }, async ({ rows }) => {
    const found: ResultValue[][] = []
    for await (const chunk of rows.chunks) found.push(...chunk.map((row) => [...row]))
    return { names: rows.columns.map(({ name }) => name), rows: found }
  })
}

async function asAthena(
  trino: Trino,
  statement: Statement,
  { objects, mapping, config }: OpenedArchive,
): Promise<Answer> {
  const files = objects.filter((object) => object.kind === 'file')
  const lines = files.flatMap(({ file, path }) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => ({ line, path })),
  )
  const samples = (await Promise.all(files.map(sampleOf))).flat()
  const sampled = new SampledChains(undefined)
  const chains = (await sampled.of(samples))?.chains ?? []
  await fillRecords(trino, lines)
  const archive = {
    ...{ plan: { chains, mapping, known: sampled.known }, lines: records, chosen: all },
    flows: config.flows ?? {},
  }
  const { sql, values } = await trinoQuestion(statement, archive, await lookedAt(statement))
  const { columns, rows } = await byTrino(trino)(sql, values)
  const typed = columns.map(({ scale = 0, ...column }) => ({ ...column, scale }))
  return {
    names: columns.map(({ name }) => name),
    rows: rows.map((row) => typed.map((column, n) => athenaValue(row[n] ?? null, column))),
  }
}

describeWith('Trino (npm run test:trino)', jars !== undefined)(
  'a question has the same rows on DuckDB and on Trino',
  () => {
    let trino: Trino
    beforeAll(async () => {
      trino = await startTrino()
    }, 900_000)
    afterAll(() => trino.stop())

    // Trino plans ten steps of a recursion whatever it is asked: that takes minutes.
    const few = cases.filter(({ line }) => isLong || !/chains\/|flows\//.test(line))

    test.each(few)('$line', { timeout: 900_000 }, async ({ files, sources, statement }) => {
      const cwd = mkdtempSync(join(tmpdir(), 'evt-trino-'))
      try {
        await makeFiles(cwd, files)
        const archive = await openArchive({
          ...{ given: sources, maps: [], presets: undefined, config: undefined, cwd, env: {} },
          ...{ range: all, signal, onProgress: () => {}, aws: {} },
          ...{ schemaRegistry: undefined, followClaims: undefined },
        })
        if (isOfLambda(files)) {
          // The place of an event in its queue is put together of several fields, by the decoder.
          await expect(asAthena(trino, statement, archive)).rejects.toThrow(Unprojectable)
          return
        }
        const answers = [
          await byDuckdb(statement, archive),
          await asAthena(trino, statement, archive),
        ]
        const [duckdb, athena] = answers.map(comparable)
        expect(athena).toEqual(duckdb)
        expect(athena?.rows.length).toBeGreaterThan(0)
      } finally {
        rmSync(cwd, { recursive: true })
      }
    })
  },
)
