import * as Flags from '@oclif/core/flags'
import { awsFlags, sourceFlags } from './flags.js'

/** Flags of every `evt topology`. */
export const topologyFlags = {
  template: Flags.string({
    helpValue: 'FILE|GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'templates of CloudFormation, SAM or CDK; of a folder, those that cdk synth wrote',
  }),
  config: sourceFlags.config,
  ...awsFlags,
}

/** How a graph is drawn for other programs. */
export const graphFormats = ['mermaid', 'dot'] as const
