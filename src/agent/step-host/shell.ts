import { createRequire } from 'node:module';
import type { Shell } from '@kici-dev/sdk';
import type { LogEntry } from 'zx/core';

/** Loads zx at once, so that only a step that runs a command waits for it. */
export function loadShell(): Shell {
  const { $ }: typeof import('zx/core') = createRequire(import.meta.url)('zx/core');
  // The environment itself, not a copy: what is exposed later must reach later commands. One group with the step, so that they end together.
  Object.assign($, { env: process.env, verbose: true, detached: false, log });
  return $;
}

function log(entry: LogEntry): void {
  if (entry.verbose !== true) return;
  if (entry.kind === 'cmd') process.stderr.write(`$ ${entry.cmd}\n`);
  else if (entry.kind === 'stdout') process.stdout.write(entry.data);
  else if (entry.kind === 'stderr') process.stderr.write(entry.data);
}
