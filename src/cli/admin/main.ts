import { CommanderError, type Command } from 'commander';
import { keepOutOfCoreDumps } from '../core-dumps.ts';
import { version } from '../../api/version.ts';
import type { ConnectionFlags } from '../server-url.ts';
import { CommandError, UsageError } from '../terminal/command-error.ts';
import { processIo, type Io } from '../terminal/io.ts';
import { reportFailure } from '../terminal/report.ts';
import type { Result } from './command.ts';
import { createProgram, programName } from './program.ts';
import { ApiSession } from './session.ts';

/**
 * `kici-admin`: reads the command line, runs the command, reports its failure.
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  keepOutOfCoreDumps();
  let exitCode = 0;
  const program = createProgram(
    {
      version,
      writeOut: (text) => {
        io.stdout.write(text);
      },
      writeErr: (text) => {
        io.stderr.write(text);
      },
      ...(io.stdout.columns !== undefined && io.stdout.columns !== 0 && { columns: Math.min(io.stdout.columns, 100) }),
      run: async (command, parsed) => {
        exitCode = print(
          await command.run(parsed, new ApiSession(io, connectionFlags(program), wantsJson())),
          io,
          wantsJson(),
        );
      },
    },
    args[0],
  );
  const wantsJson = (): boolean => program.getOptionValue('json') === true;
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError))
      return reportFailure(error, io, programName, wantsJson(), args.includes('--debug'));
    if (error.code === 'commander.help') return 2;
    return error.exitCode === 0 ? 0 : reportFailure(usageErrorOf(error), io, programName, args.includes('--json'));
  }
}

function print(result: Result, io: Io, json: boolean): number {
  if (json) io.stdout.write(`${JSON.stringify(result.data)}\n`);
  else {
    if (result.text !== undefined) io.stdout.write(`${result.text}\n`);
    if (result.notice !== undefined) io.stderr.write(`${result.notice}\n`);
  }
  if (result.failure === undefined) return 0;
  return reportFailure(
    new CommandError(result.failure.code, result.failure.message, result.failure.hint),
    io,
    programName,
    json,
  );
}

/** Commander puts its suggestion on a separate line, and quotes words that may be a misplaced secret. */
function usageErrorOf(error: CommanderError): UsageError {
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const discreet =
    error.code === 'commander.excessArguments'
      ? message.replace(/: .*$/s, '')
      : message.replace(/^(unknown option '[^'=]*)=.*'$/s, "$1'");
  return new UsageError(discreet, suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'see --help for what the command takes');
}

function connectionFlags(program: Command): ConnectionFlags {
  const word = (name: string): string | undefined => {
    const value: unknown = program.getOptionValue(name);
    return typeof value === 'string' ? value : undefined;
  };
  return { url: word('url'), org: word('org'), tokenFile: word('tokenFile') };
}
