import * as Flags from '@oclif/core/flags'
import { sourceFlags } from './flags.js'

/** Flags of `evt topology show` and `evt topology check`. */
export const topologyFlags = {
  template: Flags.string({
    helpValue: 'FILE|GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'templates of CloudFormation, SAM or CDK; of a folder, those that cdk synth wrote',
  }),
  config: sourceFlags.config,
}

/** How a graph is drawn for other programs. */
export const graphFormats = ['mermaid', 'dot'] as const

/** Flags of `evt topology check` beside those of all. */
export const topologyCheckFlags = {
  'fail-on': Flags.option({
    options: ['error', 'warning', 'note', 'never'] as const,
    default: 'error',
    helpValue: 'SEVERITY',
    description: 'exit 4 where a finding is so bad or worse: error, warning, note, or never',
  })(),
  report: Flags.string({
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'write the result to this file too: .md, .json, .sarif, or .xml for JUnit',
  }),
}

/** What `evt topology diff --fail-on` takes. */
export const diffFaults = ['newCycles', 'lostConsumers'] as const
