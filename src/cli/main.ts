import { fileURLToPath } from 'node:url'
import { Config } from '@oclif/core/config'
import type { LoadOptions } from '@oclif/core/interfaces'
import { run } from '@oclif/core/run'
import { settings } from '@oclif/core/settings'
import { EvtError } from '../errors.js'
import { exitCodes, type Outcome } from './exit-codes.js'
import { type Product, report, reportStyle } from './report.js'

// Without this a user's NODE_ENV=development makes oclif look for TypeScript sources.
settings.enableAutoTranspile = false

/**
 * Runs one command line and gives the exit code. The only place where an error becomes text.
 * `load` says where the package is: the URL of a file in it, or oclif's load options.
 */
export async function main(argv: readonly string[], load: LoadOptions): Promise<number> {
  const style = reportStyle(argv, process.stderr, process.env)
  let product: Product = { version: '', bugs: undefined }
  try {
    const config = await Config.load(withoutPlugins(load))
    product = { version: config.version, bugs: bugsUrl(config.pjson) }
    return await runCommand(argv, config)
  } catch (error) {
    const { exit, text } = report(error, style, product)
    process.stderr.write(text)
    return exit
  }
}

/** evt has no plugins: to look for a user's warns where the home of another cannot be read. */
function withoutPlugins(load: LoadOptions): LoadOptions {
  if (typeof load !== 'string') return load
  return { root: load.startsWith('file:') ? fileURLToPath(load) : load, userPlugins: false }
}

async function runCommand(argv: readonly string[], config: Config): Promise<number> {
  const [first, ...rest] = argv
  try {
    if (first === 'help' && rest.length > 0) {
      const { printedTopic } = await import('./help-topic.js')
      if (await printedTopic(rest, config.commandIDs)) return exitCodes.ok.exit
    }
    // `evt help stats` is what people try first; it needs no plugin.
    const result = await run(first === 'help' ? [...rest, '--help'] : argv.map(writtenOut), config)
    return exitCodes[isOutcome(result) ? result : 'ok'].exit
  } catch (error) {
    if (!(error instanceof Error) || error instanceof EvtError) throw error
    const exit = oclifExit(error)
    if (exit === undefined) throw error
    if ('code' in error && error.code === 'EEXIT') return exit
    const { unknownCommand } = await import('./unknown-command.js')
    throw unknownCommand(error, config.commandIDs) ?? usage(error)
  }
}

/** The one flag whose value may be left out, which oclif's flags cannot. */
function writtenOut(argument: string): string {
  return argument === '--intrusive' ? '--intrusive=receive' : argument
}

/** oclif marks the errors that it, or `this.error`, throws at the user. */
function oclifExit(error: Error): number | undefined {
  const mark = 'oclif' in error ? error.oclif : undefined
  if (typeof mark !== 'object' || mark === null || !('exit' in mark)) return undefined
  return typeof mark.exit === 'number' ? mark.exit : undefined
}

function usage(error: Error): EvtError {
  return new EvtError(error.message, { code: 'usage', hint: 'evt --help', cause: error })
}

function isOutcome(result: unknown): result is Outcome {
  return typeof result === 'string' && Object.hasOwn(exitCodes, result)
}

function bugsUrl(pjson: object): string | undefined {
  const bugs: unknown = 'bugs' in pjson ? pjson.bugs : undefined
  if (typeof bugs === 'string') return bugs
  const url = typeof bugs === 'object' && bugs !== null && 'url' in bugs ? bugs.url : undefined
  return typeof url === 'string' ? url : undefined
}
