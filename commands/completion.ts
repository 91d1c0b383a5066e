import * as Args from '@oclif/core/args'
import { BaseCommand } from '../src/cli/base-command.js'
import { completionScripts, shells } from '../src/cli/completion/scripts.js'

export default class Completion extends BaseCommand {
  static override summary = 'print the script that lets a shell complete evt'
  static override description = `Completes commands, flags and their values, aliases of evt.yaml, \
files, and for --type the types that evt stats met in this folder (kept by name alone in \
XDG_CACHE_HOME).

bash: add  source <(evt completion bash)  to ~/.bashrc.
zsh: add  source <(evt completion zsh)  to ~/.zshrc, below compinit.
fish: run  evt completion fish > ~/.config/fish/completions/evt.fish  once.

Then open a new shell.`
  static override examples = [
    'source <(<%= config.bin %> completion bash)',
    '<%= config.bin %> completion fish > ~/.config/fish/completions/evt.fish',
  ]
  static override args = {
    shell: Args.string({
      required: true,
      ignoreStdin: true,
      options: [...shells],
      description: 'the shell that reads the script',
    }),
  }

  override async run(): Promise<undefined> {
    const { args } = await this.parse(Completion)
    const shell = shells.find((name) => name === args.shell)
    if (shell) process.stdout.write(completionScripts[shell])
  }
}
