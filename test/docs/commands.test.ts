import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { examplesOf, programTrees } from '../../docs/generate/cli.ts';
import { codeSpans, commandsIn, readPages, shellLines } from './markdown.ts';
import { problemOf, refusalOf } from './refusal.ts';

const pages = (await readPages()).filter(({ path }) => path !== 'docs/cli.md');

describe.each(pages.map((page) => [page.path, page] as const))('the commands of %s', (_, page) => {
  it('can be typed as they stand', async () => {
    const commands = shellLines(page).flatMap(commandsIn);
    for (const command of commands) expect(await refusalOf(command), JSON.stringify(command)).toBeUndefined();
  });

  it('exist where a sentence names them', async () => {
    for (const command of codeSpans(page).flatMap(commandsIn)) {
      const problem = await problemOf(command);
      // A sentence may omit what does not matter to it, or stand for the command without its subcommand.
      if (
        problem?.code === 'commander.missingArgument' ||
        problem?.code === 'commander.missingMandatoryOptionValue' ||
        problem?.code === 'commander.optionMissingArgument' ||
        problem?.code === 'commander.help'
      )
        continue;
      expect(problem?.message, JSON.stringify(command)).toBeUndefined();
    }
  });
});

it('every example of the help can be typed as it stands', async () => {
  const leaves = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(leaves)];
  const examples = programTrees().flatMap(leaves).flatMap(examplesOf).flatMap(commandsIn);
  expect(examples.length).toBeGreaterThan(50);
  for (const command of examples) expect(await refusalOf(command), JSON.stringify(command)).toBeUndefined();
});

it('a command that is wrong is found', async () => {
  const [wrong, unknown] = [
    'npx kici-admin secret set --scop production KEY &',
    'pass show x | kici-admin secrets set',
  ].flatMap(commandsIn);
  expect(wrong).toEqual({ program: 'kici-admin', args: ['secret', 'set', '--scop', 'production', 'KEY'] });
  for (const command of [wrong, unknown])
    if (command !== undefined) expect(await refusalOf(command)).toContain('unknown');
  expect(commandsIn("KICI_X=$(f a) kici-admin backend add a --set a='b | c' > file")).toEqual([
    { program: 'kici-admin', args: ['backend', 'add', 'a', '--set', 'a=b | c'] },
  ]);
});
