import type { Command, Option } from 'commander';

export interface CompletionOption {
  readonly long: string;
  readonly description: string;
  readonly takesWord: boolean;
  readonly takesFile: boolean;
  readonly choices: readonly string[];
}

/** A command and what can follow it. */
export interface CompletionNode {
  /** `/secret/set`; empty for the program itself. */
  readonly path: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletionOption[];
}

/** Every command of the tree, the program first. */
export function completionNodes(program: Command): readonly CompletionNode[] {
  return nodesBelow(program, '', [...program.options, helpOption(program)].map(describe));
}

function nodesBelow(command: Command, path: string, inherited: readonly CompletionOption[]): CompletionNode[] {
  const own = command.parent === null ? [] : command.options.filter(({ hidden }) => !hidden).map(describe);
  return [
    {
      path,
      subcommands: command.commands.map((child) => ({ name: child.name(), description: child.description() })),
      options: [...own, ...inherited],
    },
    ...command.commands.flatMap((child) => nodesBelow(child, `${path}/${child.name()}`, inherited)),
  ];
}

function helpOption(program: Command): Option {
  return program.createOption('-h, --help', 'show help');
}

function describe(option: Option): CompletionOption {
  const long = option.long ?? option.flags;
  return {
    long,
    description: option.description,
    takesWord: option.required,
    takesFile: option.flags.includes('<path>'),
    choices: option.argChoices ?? [],
  };
}
