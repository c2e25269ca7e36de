import { CommanderError, type Command } from 'commander';
import type { EarlyHost } from '../../agent/process/early-host.ts';
import { UsageError } from '../terminal/command-error.ts';
import { processIo, type Io } from '../terminal/io.ts';
import { reportFailure } from '../terminal/report.ts';
import { createProgram, programName } from './program.ts';

/**
 * `kici`: reads the command line, runs the command, reports its failure.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 128 plus a signal's number if that cancelled it
 */
export async function main(
  args: readonly string[],
  { io = processIo(), early }: { readonly io?: Io; readonly early?: EarlyHost | undefined } = {},
): Promise<number> {
  let exitCode = 0;
  // The rest belongs to another program.
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  let json = own.includes('--json');
  const program = createProgram(
    {
      writeOut: (text) => {
        io.stdout.write(text);
      },
      writeErr: (text) => {
        io.stderr.write(text);
      },
      run: async (workflow, flags) => {
        json = flags.json === true;
        const { run } = await import('./run/run.ts');
        exitCode = await run(workflow, flags, io, early);
      },
      list: async (flags) => {
        json = flags.json === true;
        const { list } = await import('./list.ts');
        exitCode = await list(flags, io);
      },
      init: async (flags) => {
        const { init } = await import('./init.ts');
        await init(process.cwd(), flags, flags.json === true, io);
      },
      types: async (flags) => {
        const { types } = await import('./types/types.ts');
        exitCode = await types(flags, io);
      },
      check: async (flags) => {
        const { check } = await import('./check/check.ts');
        exitCode = await check(flags, io);
      },
      exec: async (command, flags) => {
        json = flags.json === true;
        const { exec } = await import('./exec/exec.ts');
        exitCode = await exec(command, flags, io);
      },
    },
    args[0],
  );
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError))
      return reportFailure(await toOwnError(error), io, programName, json, own.includes('--debug'));
    if (error.code === 'commander.help') return 2;
    return error.exitCode === 0 ? 0 : reportFailure(usageErrorOf(error, program), io, programName, json);
  } finally {
    early?.discard();
  }
}

/** The agent is loaded only if something has failed or run. */
async function toOwnError(error: unknown): Promise<unknown> {
  const { commandErrorOf } = await import('./agent-errors.ts');
  return commandErrorOf(error);
}

function usageErrorOf(error: CommanderError, program: Command): UsageError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  return new UsageError(
    message,
    suggestion?.replace(/^\((.*)\)$/, '$1') ?? `see ${program.name()} --help for what it takes`,
  );
}
