import { CommanderError } from 'commander';
import { programTrees } from '../../docs/generate/cli.ts';
import { adminInProcess } from '../support/admin-in-process.ts';
import type { CommandLine } from './markdown.ts';

/** Commander's objection to a command line; nothing runs. */
export async function problemOf({ program, args }: CommandLine): Promise<CommanderError | undefined> {
  const tree = programTrees().find((one) => one.name() === program);
  try {
    await tree?.parseAsync(args, { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode !== 0) return error;
    return undefined;
  }
}

/** Every parameter is checked before the orchestrator is called, and here there is none. */
export async function refusalOf(command: CommandLine): Promise<string | undefined> {
  // Commands that write files are only parsed.
  if (command.program !== 'kici-admin' || command.args.includes('scaffold')) return (await problemOf(command))?.message;
  // A prompt would be refused, since there is no terminal.
  const { exitCode, stderr } = await adminInProcess(
    command.args.filter((word) => word !== '--prompt'),
    { environment: { KICI_URL: 'http://0.0.0.0:1' } },
  );
  return exitCode === 2 ? stderr : undefined;
}
