import { resolve } from 'node:path'
import type { AwsOptions } from '../aws/options.js'
import { EvtError } from '../errors.js'
import { applyErasure, leftBehind, openErasure } from '../privacy/apply-erasure.js'
import type { NoticeRequest } from '../privacy/notice.js'
import { type PlanRequest, planErasure } from '../privacy/plan-erasure.js'
import type { Subject } from '../privacy/subject.js'
import { appliedText, eraseQuestion, renderPlan } from '../ui/gdpr-erase-text.js'
import { commandText } from '../ui/shell-quote.js'
import type { TextStyle } from '../ui/style.js'
import { confirmed } from './confirm.js'
import { whyUnasked } from './unasked.js'

interface Voice {
  print(text: string): void
  note(text: string): void
  format: 'text' | 'json'
  style: TextStyle
}

/** `evt gdpr erase --plan`. */
export async function runPlan(
  request: PlanRequest & { allowPartial: boolean },
  { print, format, style }: Voice,
): Promise<void> {
  const plan = await planErasure(request)
  print(renderPlan(plan, request.plan, format, style))
  const failure = leftBehind(plan)
  if (failure && !request.allowPartial) throw failure
}

/** `evt gdpr erase --apply`: shows the plan, asks, and does it. */
export async function runApply(
  options: {
    plan: string
    isDry: boolean
    isSure: boolean
    allowPartial: boolean
    to: string | undefined
    operator: string | null
    notify: NoticeRequest | undefined
    aws: AwsOptions
    argv: readonly string[]
    signal: AbortSignal
    keepOut(subject: Subject): void
  },
  { print, format, style }: Voice,
): Promise<'interrupted' | undefined> {
  const { plan: file, isDry, isSure, argv, signal, to, operator, aws, notify } = options
  const cwd = process.cwd()
  const bundle = to === undefined ? undefined : { folder: resolve(cwd, to), operator }
  const request = { plan: file, cwd, env: process.env, signal, aws, now: Date.now, bundle, notify }
  const plan = await openErasure(request)
  if (plan === null) {
    print(appliedText(file, null, format))
    return undefined
  }
  options.keepOut(plan.subject)
  const isJson = format === 'json'
  if (!isJson || isDry) print(renderPlan(plan, file, format, style, true))
  if (isDry) return undefined
  if (!isSure) {
    const { stdin, stderr } = process
    const canAsk = !isJson && stdin.isTTY === true && stderr.isTTY === true
    if (!canAsk) throw unasked(isJson, argv)
    const answer = await confirmed(`\n${eraseQuestion(plan)}`, signal)
    if (answer === null) return 'interrupted'
    if (!answer) return undefined
  }
  const applied = await applyErasure(plan, request)
  print(appliedText(file, applied, format, to))
  const failure = leftBehind(plan, applied)
  if (failure && !options.allowPartial) throw failure
  return undefined
}

function unasked(isJson: boolean, argv: readonly string[]): EvtError {
  return new EvtError(`nothing was erased: ${whyUnasked(isJson)}`, {
    code: 'usage',
    hint: commandText(['evt', 'gdpr', 'erase', ...argv, '--yes']),
  })
}
