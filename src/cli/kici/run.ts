import { availableParallelism } from 'node:os';
import { isAbsolute } from 'node:path';
import { runWorkflow } from '../../agent/run/run-workflow.ts';
import { UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import { jsonEvents } from './json-events.ts';
import type { RunFlags } from './program.ts';
import { textEvents } from './text-events.ts';
import { untilSignal } from './until-signal.ts';

/** What is still to be said after a job may take this long. */
const farewellMs = 5_000;

/**
 * `kici run`: runs a workflow, and prints what comes of it.
 * @returns the exit code
 */
export async function run(workflow: string | undefined, flags: RunFlags, io: Io): Promise<number> {
  if (flags.mountDir !== undefined && !isAbsolute(flags.mountDir))
    throw new UsageError('--mount-dir takes an absolute path', 'write it from the root of the file system');
  const limit = flags.jobs ?? availableParallelism();
  return untilSignal(io, flags.json === true, async (signal) => {
    const status = await runWorkflow({
      folder: process.cwd(),
      workflow,
      jobs: flags.job,
      limit,
      labels: ['default', ...flags.label],
      sandbox: flags.sandbox,
      temporary: flags.mountDir,
      environment: io.environment,
      credentials: flags.tokenFile === undefined ? [] : [flags.tokenFile],
      clients: async () => {
        const { connect, connectOnceStarted } = await import('../connection.ts');
        return async () => ({
          work: await connectOnceStarted(flags, io, signal),
          farewell: () => connect(flags, io, AbortSignal.timeout(farewellMs)),
        });
      },
      found: async (root, workflows) => {
        // One that writes JSON is not a person.
        if (flags.json === true) return;
        const { offerTypes } = await import('./types/offer.ts');
        await offerTypes(root, workflows, io);
      },
      emit: flags.json === true ? jsonEvents(io) : textEvents(io, limit),
      loaderOutput: (chunk) => {
        io.stderr.write(chunk);
      },
      signal,
    });
    return status === 'cancelled' ? 'cancelled' : status === 'succeeded' ? 0 : 1;
  });
}
