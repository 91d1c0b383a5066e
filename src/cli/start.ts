import type { LoadOptions } from '@oclif/core/interfaces'
import { EvtError } from '../errors.js'
import { closeOutput, isOutputClosed } from './closed-output.js'
import { report, reportStyle } from './report.js'

/** Runs evt as a process: what bin/run.js and bin/dev.js call. */
export async function start(load: LoadOptions): Promise<never> {
  const argv = process.argv.slice(2)
  let unwritten: EvtError | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader such as head has what it wanted.
    if (isOutputClosed()) return
    if (error.code === 'EPIPE') {
      if (!closeOutput()) process.exit(0)
      return
    }
    const reason = error.message.replace(/^\w+: |, \w+$/g, '')
    unwritten = new EvtError(`cannot write the output: ${reason}`, {
      ...{ code: 'outside', cause: error },
    })
    if (!closeOutput()) die(argv, unwritten)
  })
  process.stderr.on('error', () => {})
  process.on('uncaughtException', (error) => {
    // oclif throws what stdout tells.
    if (error !== unwritten?.cause) die(argv, error)
  })
  const exit = argv[0] === 'complete' ? await complete(argv, load) : await run(argv, load)
  if (unwritten) die(argv, unwritten)
  if (isOutputClosed()) process.exit(0)
  await drained(process.stdout)
  process.exit(exit)
}

async function run(argv: readonly string[], load: LoadOptions): Promise<number> {
  const { main } = await import('./main.js')
  return main(argv, load)
}

/** A shell waits for this at every Tab: it does without oclif, and tells of no failure. */
async function complete(argv: readonly string[], load: LoadOptions): Promise<number> {
  const place = { cwd: process.cwd(), env: process.env }
  const { completed } = await import('./completion/complete.js')
  const text = await completed(argv.slice(1), load, place).catch(() => '')
  process.stdout.write(text)
  return 0
}

function die(argv: readonly string[], error: unknown): never {
  const style = reportStyle(argv, process.stderr, process.env)
  const { exit, text } = report(error, style, { version: '', bugs: undefined })
  process.stderr.write(text)
  process.exit(exit)
}

/** process.exit drops what a pipe has not taken yet. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()))
}
