import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Made } from '../../dashboards/html/page.js'
import { EvtError } from '../errors.js'
import { type CheckRequest, type CheckRun, runCheck } from '../gate/run.js'
import { counted } from '../stats/findings/phrases.js'
import { checkJson } from '../ui/check-json.js'
import { checkMarkdown } from '../ui/check-markdown.js'
import { checkText } from '../ui/check-text.js'
import type { TextStyle } from '../ui/style.js'
import { gateChoices, sentChoices } from './check-flags.js'
import { isLiveCheck, type LiveCheckFlags } from './check-live-flags.js'
import { reading, type TypedArchive } from './read-request.js'
import { nowOf } from './time.js'

type CheckFormat = 'text' | 'json' | 'markdown' | 'html'

export interface TypedCheck extends TypedArchive {
  flags: TypedArchive['flags'] &
    LiveCheckFlags &
    Parameters<typeof gateChoices>[0] &
    Parameters<typeof sentChoices>[0] & {
      rule?: string[] | undefined
      baseline?: string | undefined
      'baseline-runs': number
      'baseline-branch'?: string | undefined
    }
}

interface Look {
  format: CheckFormat
  style: TextStyle
  made: Made
  /** What it takes to make a baseline, as words. */
  isExplained: boolean
}

/** Measures and judges what was typed: an archive, or what comes. */
export async function checking(typed: TypedCheck): Promise<CheckRun> {
  const { flags } = typed
  const isLive = isLiveCheck(flags)
  return reading(typed, async (request) => {
    const asked: CheckRequest = {
      ...request,
      choices: gateChoices(flags),
      rules: flags.rule ?? [],
      sent: sentChoices(flags),
      baseline: {
        name: flags.baseline,
        runs: flags['baseline-runs'],
        branch: flags['baseline-branch'],
      },
      nowMs: nowOf(request.env),
    }
    if (!isLive) return runCheck(asked)
    const { checkingLive } = await import('./check-live-run.js')
    return checkingLive(typed, asked)
  })
}

/** A run as it is written to stdout. */
export async function checkOutput(run: CheckRun, look: Look): Promise<string> {
  switch (look.format) {
    case 'text':
      return `${await checkText(run, look.style, look.isExplained)}\n`
    case 'json':
      return `${checkJson(run.result)}\n`
    case 'markdown':
      return `${checkMarkdown(run.result)}\n`
    case 'html': {
      const { checkPage } = await import('../../dashboards/html/check-page.js')
      return checkPage(run, look.made)
    }
  }
}

const reportKinds = ['md', 'html', 'json', 'xml'] as const
type ReportKind = (typeof reportKinds)[number]

/** @throws EvtError `usage` for the name of a file that says no format */
export function reportKind(file: string): ReportKind {
  const ending = /\.([a-z]+)$/.exec(file)?.[1]
  const kind = reportKinds.find((one) => one === ending)
  if (kind !== undefined) return kind
  throw new EvtError(`--report ${file}: what is in it is told by .md, .html, .json or .xml`, {
    code: 'usage',
  })
}

/** Writes a run to files beside what is printed. */
export async function writeReports(
  run: CheckRun,
  files: readonly string[],
  look: Look,
): Promise<void> {
  for (const file of files) {
    const text = await reportText(run, reportKind(file), look)
    try {
      await writeFile(resolve(file), text)
    } catch (cause) {
      const message = `the report ${file} cannot be written`
      throw new EvtError(message, { code: 'outside', cause })
    }
  }
}

async function reportText(run: CheckRun, kind: ReportKind, look: Look): Promise<string> {
  if (kind === 'xml') {
    const { checkJunit } = await import('../ui/check-junit.js')
    return checkJunit(run.result)
  }
  const format = kind === 'md' ? 'markdown' : kind
  return checkOutput(run, { ...look, format })
}

/**
 * Ends evt as the verdict says.
 *
 * @throws EvtError `gate` or `inconclusive`, or why the run itself did not end well
 */
export function endBy(
  { result, failure, isEmpty }: CheckRun,
  onInconclusive?: 'pass' | 'fail',
): void {
  if (failure) throw failure
  const { verdict, rules, doubts, partial } = result
  if (verdict === 'pass') return
  const bad = rules.filter((rule) => rule.severity === 'error' && rule.verdict === verdict)
  if (verdict === 'fail') throw new EvtError(broken(bad.length, rules.length), { code: 'gate' })
  // What was measured wrongly is no question of rules.
  const isDoubted = isEmpty || doubts.length > 0 || partial
  if (!isDoubted && onInconclusive === 'pass') return
  const many = `${bad.length} of ${counted(rules.length, 'rule')}`
  const message = isDoubted
    ? 'nothing passes: what was measured is in doubt'
    : `inconclusive: ${many} can be neither held nor broken`
  const isFail = !isDoubted && onInconclusive === 'fail'
  throw new EvtError(message, { code: isFail ? 'gate' : 'inconclusive' })
}

function broken(bad: number, all: number): string {
  return `${bad} of ${counted(all, 'rule')} ${bad === 1 ? 'is' : 'are'} broken`
}
