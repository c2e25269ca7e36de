import { availableParallelism } from 'node:os';
import { isAbsolute } from 'node:path';
import type { PlanOptions } from '../../../agent/run/plan-run.ts';
import { runWorkflow } from '../../../agent/run/run-workflow.ts';
import type { EarlyHost } from '../../../agent/process/early-host.ts';
import { UsageError } from '../../terminal/command-error.ts';
import type { Io } from '../../terminal/io.ts';
import type { RunFlags } from '../program.ts';
import { untilSignal } from '../until-signal.ts';
import { jsonEvents } from './json-events.ts';
import { noScreen, openScreen } from './screen.ts';
import { textEvents } from './text-events.ts';

/**
 * `kici run`: runs a workflow and prints its events.
 * @returns the exit code
 */
export async function run(workflow: string | undefined, flags: RunFlags, io: Io, early?: EarlyHost): Promise<number> {
  if (flags.mountDir !== undefined && !isAbsolute(flags.mountDir))
    throw new UsageError('--mount-dir takes an absolute path', 'write it from the root of the file system');
  if (flags.runtime !== undefined && flags.sandbox !== 'container')
    throw new UsageError('--runtime is of a container engine', 'add --sandbox container, or leave it out');
  if (!flags.namespaces && flags.sandbox !== 'none')
    throw new UsageError('--no-namespaces is of steps without a sandbox', 'leave out it or --sandbox');
  const json = flags.json === true;
  const over = new AbortController();
  return untilSignal(io, json, async (signal) => {
    const options = { ...optionsOf(workflow, flags, io, signal, over.signal), early };
    if (flags.dryRun !== true) return runAll(options, flags.jobs ?? availableParallelism(), json, io);
    const { dryRun } = await import('../dry-run/dry-run.ts');
    return dryRun(options, json, io);
  }).finally(() => {
    over.abort();
  });
}

function optionsOf(
  workflow: string | undefined,
  flags: RunFlags,
  io: Io,
  signal: AbortSignal,
  over: AbortSignal,
): PlanOptions {
  const folder = process.cwd();
  return {
    folder,
    workflow,
    jobs: flags.job,
    steps: flags.step,
    labels: ['default', ...flags.label],
    sandbox: flags.sandbox,
    runtime: flags.runtime,
    namespaces: flags.namespaces,
    limits: flags.limit,
    projectCopy: flags.projectCopy === true,
    temporary: flags.mountDir,
    environment: io.environment,
    credentials: flags.tokenFile === undefined ? [] : [flags.tokenFile],
    client: async () => {
      const { connectOnceStarted } = await import('../../connection.ts');
      const { connectAhead } = await import('./connect-ahead.ts');
      void connectAhead(folder, flags, io, over).catch(() => undefined);
      return async () => connectOnceStarted(flags, io, signal);
    },
    loaderOutput: (chunk) => {
      io.stderr.write(chunk);
    },
    signal,
  };
}

async function runAll(options: PlanOptions, limit: number, json: boolean, io: Io): Promise<number | 'cancelled'> {
  const screen = json ? noScreen : openScreen(io);
  try {
    const status = await runWorkflow({
      ...options,
      limit,
      found: async (root, workflows) => {
        // With JSON, no person is reading.
        if (json) return;
        const { offerTypes } = await import('../types/offer.ts');
        await offerTypes(root, workflows, io);
      },
      emit: json ? jsonEvents(io) : textEvents(io, limit, screen),
    });
    return status === 'cancelled' ? 'cancelled' : status === 'succeeded' ? 0 : 1;
  } finally {
    screen.end();
  }
}
