import type { Command } from 'commander';
import { defineCommand, type CommandGroup } from '../command.ts';
import { completionScript, type CompletionShell } from '../completion/scripts.ts';
import type { Parameter } from '../parameters/parameter.ts';

const shells: readonly (readonly [CompletionShell, string])[] = [
  ['bash', 'kici-admin completion bash > ~/.local/share/bash-completion/completions/kici-admin'],
  ['zsh', 'kici-admin completion zsh > ~/.zfunc/_kici-admin   # a folder of your $fpath'],
  ['fish', 'kici-admin completion fish > ~/.config/fish/completions/kici-admin.fish'],
];

/** The command tree that this command belongs to. */
const program: Parameter<Command> = { declare: () => {}, read: root };

function root(command: Command): Command {
  return command.parent === null ? command : root(command.parent);
}

/** `kici-admin completion …`: scripts for shells. */
export const completionCommands: CommandGroup = {
  name: 'completion',
  summary: 'Print a completion script for a shell',
  commands: shells.map(([shell, example]) =>
    defineCommand({
      name: shell,
      summary: `Print the completion script for ${shell}`,
      operations: [],
      examples: [example],
      parameters: { program },
      run: async (values) => {
        const script = completionScript(shell, values.program);
        return { data: { shell, script }, text: script };
      },
    }),
  ),
};
