import { isAbsolute } from 'node:path';
import { runWorkflow } from '../../agent/run/run-workflow.ts';
import { UsageError } from '../terminal/errors.ts';
import type { Io } from '../terminal/io.ts';
import { jsonEvents } from './json-events.ts';
import type { RunFlags } from './program.ts';
import { textEvents } from './text-events.ts';

/** What is still to be said after a job may take this long. */
const farewellMs = 5_000;
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** @returns the exit code */
export async function run(workflow: string | undefined, flags: RunFlags, io: Io): Promise<number> {
  if (flags.mountDir !== undefined && !isAbsolute(flags.mountDir))
    throw new UsageError('--mount-dir takes an absolute path', 'write it from the root of the file system');
  const abort = new AbortController();
  const cancel = (): void => {
    abort.abort();
  };
  for (const signal of endings) process.on(signal, cancel);
  try {
    const succeeded = await runWorkflow({
      folder: process.cwd(),
      workflow,
      labels: ['default', ...flags.label],
      sandbox: flags.sandbox,
      temporary: flags.mountDir,
      environment: io.environment,
      clients: async () => {
        const { connect, connectOnceStarted } = await import('../connection.ts');
        return {
          work: await connectOnceStarted(flags, io, abort.signal),
          farewell: () => connect(flags, io, AbortSignal.timeout(farewellMs)),
        };
      },
      emit: flags.json === true ? jsonEvents(io) : textEvents(io),
      loaderOutput: (chunk) => {
        io.stderr.write(chunk);
      },
      signal: abort.signal,
    });
    return succeeded ? 0 : 1;
  } finally {
    for (const signal of endings) process.removeListener(signal, cancel);
  }
}
