import type { Argument, Command, Option } from 'commander';
import { createProgram as createAdmin } from '../../src/cli/admin/program.ts';
import { createProgram as createKici } from '../../src/cli/kici/program.ts';
import { createProgram as createOrchestrator } from '../../src/cli/orchestrator/program.ts';

const nothing = async (): Promise<void> => undefined;
const silent = (): void => undefined;

/** Every command of the three programs, from the trees that parse them. */
export function cliPage(): string {
  const programs = [
    createAdmin({ version: '', writeOut: silent, writeErr: silent, run: nothing }),
    createKici({ writeOut: silent, writeErr: silent, run: nothing, init: nothing }),
    createOrchestrator({ writeOut: silent, serve: nothing, printConfiguration: nothing }),
  ];
  return [
    '# Command line',
    'Exit codes: 0 done, 1 failed, 2 wrong usage. Errors stand on stderr with a code of [errors.md](errors.md) and what to do next. Every command takes `--json` and `--help`.\nHow a value is given is told in [input-modes.md](input-modes.md).',
    ...programs.flatMap((program) => [`## ${program.name()}`, program.description(), ...ownFlags(program), ...program.commands.flatMap((command) => describe(command, program.name()))]),
  ].join('\n\n') + '\n';
}

function describe(command: Command, path: string): string[] {
  const line = `${path} ${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((child) => describe(child, line));
  const words = command.registeredArguments.map(argumentWord).join(' ');
  const examples = examplesOf(command);
  return [
    `### ${line}`, command.description(),
    `\`\`\`\n${[line, words].filter((part) => part !== '').join(' ')}\n\`\`\``,
    ...table([...command.registeredArguments.map(argumentRow), ...visible(command)]),
    ...(examples === '' ? [] : [`Examples:\n\n\`\`\`\n${examples}\n\`\`\``]),
  ];
}

function ownFlags(program: Command): string[] {
  return table(visible(program));
}

function argumentWord(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function argumentRow(argument: Argument): [string, string] {
  return [argumentWord(argument), argument.description];
}

function visible(command: Command): [string, string][] {
  return command.options.filter(({ hidden }) => !hidden).map((option) => [option.flags, optionText(option)]);
}

function optionText(option: Option): string {
  return option.argChoices === undefined ? option.description : `${option.description}: ${option.argChoices.join(', ')}`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  if (rows.length === 0) return [];
  return [['| given as | meaning |', '| --- | --- |', ...rows.map(([term, meaning]) => `| \`${term.replaceAll('|', '\\|')}\` | ${meaning.replaceAll('|', '\\|')} |`)].join('\n')];
}

/** The lines that help shows as examples. */
function examplesOf(command: Command): string {
  let help = '';
  command.configureOutput({ writeOut: (text) => { help += text; } }).outputHelp();
  return [...help.matchAll(/^ {2}(?:\$ )?(kici.*|KICI.*)$/gm)].flatMap(([, line]) => line ?? []).join('\n');
}
