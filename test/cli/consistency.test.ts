import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { operations, type OperationId } from '../../src/api/registry.ts';
import { roleNames } from '../../src/api/roles.ts';
import { commandGroups, createProgram } from '../../src/cli/admin/program.ts';

const program = createProgram({ version: '0', writeOut: () => {}, writeErr: () => {}, run: async () => {} });

const specs = commandGroups.flatMap((entry) =>
  'commands' in entry
    ? entry.commands.map((command) => ({ line: `kici-admin ${entry.name} ${command.name}`, command }))
    : [{ line: `kici-admin ${entry.name}`, command: entry }],
);

function find(line: string): Command | undefined {
  return line
    .split(' ')
    .slice(1)
    .reduce<Command | undefined>((parent, name) => parent?.commands.find((child) => child.name() === name), program);
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

describe('every operation of the registry', () => {
  it.each(Object.entries(operations).filter(([, operation]) => operation.command?.startsWith('kici-admin ')))(
    '%s has its command',
    (id, operation) => {
      const owners = specs
        .filter(({ command }) => command.operations.some((own) => own === id))
        .map(({ line }) => line);
      expect(owners).toEqual([operation.command]);
      expect(find(operation.command ?? '')).toBeDefined();
    },
  );
});

describe.each(specs)('$line', ({ line, command }) => {
  it('is the command of the operations that it calls', () => {
    for (const id of command.operations satisfies readonly OperationId[]) expect(operations[id].command).toBe(line);
  });

  it('has help with an example of itself, and --json', () => {
    const declared = find(line);
    let help = '';
    declared
      ?.configureOutput({
        writeOut: (text) => {
          help += text;
        },
      })
      .outputHelp();
    expect(help).toContain('--json');
    expect(help).toMatch(/\nExamples?:\n/);
    for (const example of command.examples) {
      expect(example).toContain(line);
      expect(help).toContain(`  $ ${example}`);
    }
  });

  it('describes everything that it takes', () => {
    for (const argument of find(line)?.registeredArguments ?? []) expect(argument.description).not.toBe('');
    for (const option of find(line)?.options ?? []) expect(option.hidden || option.description !== '').toBe(true);
  });
});

describe('the tree as a whole', () => {
  it('has no command beside those', () => {
    expect(leaves(program).length).toBe(specs.length);
  });

  it('offers every role', () => {
    expect(find('kici-admin token create')?.options.find((option) => option.long === '--role')?.argChoices).toEqual([
      ...roleNames,
    ]);
  });
});
