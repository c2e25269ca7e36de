import { isAbsolute } from 'node:path';
import { AgentError } from '../../../agent/agent-error.ts';
import { exec as run } from '../../../agent/exec/exec.ts';
import { connectOnceStarted } from '../../connection.ts';
import { UsageError } from '../../terminal/command-error.ts';
import { printable, writeTo, type Io } from '../../terminal/io.ts';
import { paint, reportFailure } from '../../terminal/report.ts';
import { commandErrorOf } from '../agent-errors.ts';
import { programName, type ExecFlags } from '../program.ts';
import { untilSignal } from '../until-signal.ts';

/** Exit codes as in shells. */
const notStarted: Readonly<Record<string, number>> = { command_not_found: 127, command_not_started: 126 };

/**
 * `kici exec`: runs a program with an environment's secrets.
 * @returns the program's exit code, but not 0 if it has come up against a limit
 */
export async function exec([program, ...args]: readonly string[], flags: ExecFlags, io: Io): Promise<number> {
  if (program === undefined) throw new UsageError('there is no command', 'write it after --');
  const { environment } = flags;
  if (environment === undefined)
    throw new UsageError(
      '--environment is missing',
      'say whose secrets the program gets, such as --environment production',
    );
  if (flags.only.length === 0 && flags.all !== true && flags.file.length === 0)
    throw new UsageError(
      'nothing is handed over: neither --only nor --all says which secrets the program gets',
      'name them with --only KEY, which may be repeated, or hand over every one with --all',
    );
  if (flags.mountDir !== undefined && !isAbsolute(flags.mountDir))
    throw new UsageError('--mount-dir takes an absolute path', 'write it from the root of the file system');
  const json = flags.json === true;
  return untilSignal(io, json, async (signal) => {
    try {
      const { code, exceeded } = await run({
        environment,
        command: [program, ...args],
        keys: flags.all === true ? 'all' : flags.only,
        prefix: flags.prefix,
        files: flags.file,
        mask: flags.mask === true,
        limits: flags.limit,
        client: await connectOnceStarted(flags, io, signal),
        inherited: io.environment,
        temporary: flags.mountDir,
        io: { stdout: (bytes) => written(io, 'stdout', bytes), stderr: (bytes) => written(io, 'stderr', bytes) },
        notice: (message) => {
          io.stderr.write(`${paint(io, 'yellow', `kici: ${printable(message)}`)}\n`);
        },
        signal,
      });
      if (exceeded === undefined) return code;
      // Even if the program went on, as with steps.
      return Math.max(code, reportFailure(commandErrorOf(exceeded), io, programName, json));
    } catch (error) {
      const code = error instanceof AgentError ? notStarted[error.code] : undefined;
      if (code === undefined) throw error;
      reportFailure(commandErrorOf(error), io, programName, json);
      return code;
    }
  });
}

async function written(io: Io, stream: 'stdout' | 'stderr', bytes: Uint8Array): Promise<void> {
  let room: Promise<void> | undefined;
  writeTo(io[stream], bytes, {
    behind: (later) => {
      room = later;
    },
  });
  await room;
}
