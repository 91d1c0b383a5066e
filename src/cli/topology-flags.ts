import * as Flags from '@oclif/core/flags'
import { archiveFlags, awsFlags, sourceFlags } from './flags.js'

/** Which accounts are asked. */
export const accountFlags = {
  profile: Flags.string({
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: 'the AWS profiles to use; several ask several accounts',
  }),
  region: Flags.string({
    helpValue: 'NAME',
    multiple: true,
    multipleNonGreedy: true,
    delimiter: ',',
    description: 'the AWS regions to ask, of each account',
  }),
  'endpoint-url': awsFlags['endpoint-url'],
}

/** Flags of everything that looks at one topology. */
export const topologyFlags = {
  template: Flags.string({
    helpValue: 'FILE|GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'templates of CloudFormation, SAM or CDK; of a folder, those that cdk synth wrote. Without ' +
      'it, AWS is asked',
  }),
  ...accountFlags,
  config: sourceFlags.config,
}

/** What is known of who sends, beside what is wired. */
export const observedFlags = {
  observed: Flags.string({
    helpValue: 'SOURCE',
    multiple: true,
    multipleNonGreedy: true,
    description: 'hold the events of this archive against the rules; who sent them is shown too',
  }),
  'memory-limit': archiveFlags['memory-limit'],
  'allow-partial': archiveFlags['allow-partial'],
}

/** How a graph is drawn for other programs. */
export const graphFormats = ['mermaid', 'dot'] as const

/** Flags of `evt topology check` beside those of all. */
export const topologyCheckFlags = {
  xray: Flags.boolean({
    description:
      'ask X-Ray who called whom in the last six hours: consumers that call the producer back',
  }),
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
export const diffFaults = ['newCycles', 'lostConsumers', 'movedEvents'] as const

/** A side of `evt topology diff` that is asked of AWS. */
export const ofAws = 'aws://'
