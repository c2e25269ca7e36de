import { watch } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { workflowFolder } from '../../../agent/workflow/project.ts';
import type { Io } from '../../terminal/io.ts';
import { reportFailure } from '../../terminal/report.ts';
import { commandErrorOf } from '../agent-errors.ts';
import { programName } from '../program.ts';

/** Secrets change without notice. */
const lookAgainMs = 10_000;
/** An editor writes a file in several steps. */
const settleMs = 100;

/**
 * Refreshes when a workflow file changes, and every ten seconds, until the signal. Failures are reported and retried.
 * @param refresh returns the project's folder
 */
export async function watchProject(
  io: Io,
  json: boolean,
  signal: AbortSignal,
  refresh: () => Promise<string>,
): Promise<void> {
  let told = '';
  for (;;) {
    let root = process.cwd();
    try {
      root = await refresh();
      told = '';
    } catch (error) {
      if (signal.aborted) return;
      // A repeated failure is reported once.
      if (told !== String(error)) reportFailure(commandErrorOf(error), io, programName, json);
      told = String(error);
    }
    await change(join(root, workflowFolder), signal);
    if (signal.aborted) return;
  }
}

/** Resolves shortly after something in the folder has changed, after a while, or at the signal. */
async function change(folder: string, signal: AbortSignal): Promise<void> {
  const heard = new AbortController();
  const hear = (): void => {
    heard.abort();
  };
  const watcher = watching(folder, hear);
  await pause(lookAgainMs, undefined, { signal: AbortSignal.any([signal, heard.signal]) }).catch(() => undefined);
  watcher?.close();
  if (heard.signal.aborted) await pause(settleMs, undefined, { signal }).catch(() => undefined);
}

/** Undefined if there is nothing to watch yet. */
function watching(folder: string, hear: () => void): { close(): void } | undefined {
  try {
    return watch(folder, hear).on('error', hear);
  } catch {
    return undefined;
  }
}
