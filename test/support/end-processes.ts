import { ChildProcess } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { afterAll } from 'vitest';
import { kill, parents, withDescendants } from './process-table.ts';

const started = new Set<ChildProcess>();

subscribe('child_process', (message) => {
  if (typeof message !== 'object' || message === null || !('process' in message)) return;
  const child = message.process;
  if (!(child instanceof ChildProcess)) return;
  started.add(child);
  child.once('exit', () => started.delete(child));
});

/**
 * Ends whatever this file has started and not ended, as a test that fails in the middle or runs out of time leaves it:
 * what holds the output of a worker keeps the whole run from ending.
 */
export async function endProcesses(): Promise<void> {
  const table = await parents();
  for (const { pid } of started) if (pid !== undefined) for (const one of withDescendants(pid, table)) kill(one);
  started.clear();
}

// Before any hook of the file itself, and so called after all of them.
afterAll(endProcesses);
