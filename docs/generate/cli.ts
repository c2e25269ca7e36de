import type { Argument, Command, Option } from 'commander';
import { createProgram as createAdmin } from '../../src/cli/admin/program.ts';
import { createProgram as createKici } from '../../src/cli/kici/program.ts';
import { createProgram as createOrchestrator } from '../../src/cli/orchestrator/program.ts';

const nothing = async (): Promise<void> => undefined;
const silent = (): void => undefined;

/** The trees that parse the command lines of the three programs; their commands do nothing. */
export function programTrees(): readonly Command[] {
  return [
    createAdmin({ version: '', writeOut: silent, writeErr: silent, run: nothing }),
    createKici({
      writeOut: silent,
      writeErr: silent,
      run: nothing,
      list: nothing,
      init: nothing,
      types: nothing,
      check: nothing,
      exec: nothing,
    }),
    createOrchestrator({
      writeOut: silent,
      serve: nothing,
      printConfiguration: nothing,
      rotateKey: nothing,
      migrateData: nothing,
      reseal: nothing,
      migrate: nothing,
      health: nothing,
    }),
  ];
}

/** Every command of the three programs. */
export function cliPage(): string {
  const programs = programTrees();
  return (
    [
      '# Command line',
      'Exit codes: 0 done, 1 failed, 2 wrong usage; `kici` cancelled by a signal exits with 128 plus its number: 130 after Ctrl-C, 143 after SIGTERM. Errors go to stderr with a code from [errors.md](errors.md) and what to do next. Every command takes `--json` and `--help`, and every command of `kici-admin` also takes the flags of the program.\n[input-modes.md](input-modes.md) says how to give a value.',
      ...programs.flatMap((program) => [
        `## ${program.name()}`,
        program.description(),
        usage(program),
        ...flagTable(program),
        ...exampleBlock(program),
        ...contents(program),
        ...program.commands.flatMap((command) => describe(command)),
      ]),
    ].join('\n\n') + '\n'
  );
}

function describe(command: Command): string[] {
  if (command.commands.length > 0) return command.commands.flatMap(describe);
  return [
    `### ${pathOf(command)}`,
    `${command.description()}.`.replace(/\.\.$/, '.'),
    usage(command),
    ...flagTable(command),
    ...exampleBlock(command),
  ];
}

function contents(program: Command): string[] {
  const lines = program.commands.map((entry) => {
    const link = (command: Command): string => `[\`${command.name()}\`](#${pathOf(command).replaceAll(' ', '-')})`;
    if (entry.commands.length === 0) return `| ${link(entry)} | ${cell(entry.description())} |`;
    return `| \`${entry.name()}\`: ${entry.commands.map(link).join(', ')} | ${cell(entry.description())} |`;
  });
  return [['| command | does |', '| --- | --- |', ...lines].join('\n')];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function usage(command: Command): string {
  return `\`\`\`\n${pathOf(command)} ${command.usage()}\n\`\`\``;
}

function flagTable(command: Command): string[] {
  const rows = [
    ...command.registeredArguments.map((argument) => [argumentWord(argument), argument.description]),
    ...command.options.filter(({ hidden }) => !hidden).map((option) => [option.flags, optionText(option)]),
  ].map(([term = '', meaning = '']) => `| \`${cell(term)}\` | ${cell(meaning)} |`);
  return rows.length === 0 ? [] : [['| given as | meaning |', '| --- | --- |', ...rows].join('\n')];
}

function argumentWord(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function optionText({ description, argChoices, defaultValue }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(', ')}`;
  return `${description}${choices}${typeof defaultValue === 'string' ? ` (default ${defaultValue})` : ''}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function exampleBlock(command: Command): string[] {
  const examples = examplesOf(command);
  return examples.length === 0 ? [] : [`\`\`\`\n${examples.join('\n')}\n\`\`\``];
}

/** The lines that help shows as examples. */
export function examplesOf(command: Command): readonly string[] {
  let help = '';
  command
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
    })
    .outputHelp();
  const [, examples = ''] = /\nExamples?:\n([\s\S]*)$/.exec(help) ?? [];
  return examples
    .split('\n')
    .map((line) => line.trim().replace(/^\$ /, ''))
    .filter((line) => line !== '');
}
