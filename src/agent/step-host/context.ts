import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { EnvironmentNameError, type StepContext, type StepLog } from '@kici-dev/sdk';
import { bounds } from '../channel/bounds.ts';
import type { StartStep } from '../channel/from-agent.ts';
import { formatAssignment } from '../environment/env-file.ts';
import type { Channel } from './channel.ts';
import { maskValue } from './mask-value.ts';
import type { ProcessEnvironment } from './process-environment.ts';
import { createStepSecrets } from './secrets.ts';
import { createShell } from './shell/shell.ts';

/** The `ctx` that a step's function is called with. */
export function createContext(channel: Channel, start: StartStep, environment: ProcessEnvironment): StepContext {
  let added = 0;
  return Object.freeze({
    workflow: start.workflow,
    job: start.job,
    step: start.step,
    secrets: createStepSecrets(channel.requests, start, environment),
    log,
    $: createShell(process.cwd()),
    setEnv(name: string, value: string) {
      environment.requireName(name);
      if (typeof value !== 'string' || value.includes('\0'))
        throw new EnvironmentNameError(
          'invalid_variable',
          `the value for ${name} is not text without NUL bytes; pass a string`,
        );
      environment.requireSize(name, value);
      // Commands and functions use the same file, so that the last write wins.
      appendFileSync(
        process.env['KICI_ENV'] ?? '',
        formatAssignment({ name, value }, randomBytes(16).toString('hex')),
        { mode: 0o600 },
      );
    },
    mask: async (value: string | Uint8Array) => maskValue(channel.requests, value),
    addPath(folder: string) {
      if (typeof folder !== 'string' || !isAbsolute(folder) || /[:\0]/.test(folder))
        throw new EnvironmentNameError(
          'invalid_variable',
          'addPath takes the absolute path of one folder; use path.resolve',
        );
      added += 1;
      if (added > bounds.folders || folder.length > bounds.pathCharacters)
        throw new EnvironmentNameError(
          'invalid_variable',
          `addPath takes at most ${bounds.folders} folders of ${bounds.pathCharacters} characters in a step`,
        );
      environment.prependPath(folder);
      void channel.send({ type: 'addPath', folder });
    },
  });
}

const log: StepLog = Object.freeze({
  debug: (message: string) => {
    process.stdout.write(`debug: ${message}\n`);
  },
  info: (message: string) => {
    process.stdout.write(`${message}\n`);
  },
  warn: (message: string) => {
    process.stderr.write(`warning: ${message}\n`);
  },
  error: (message: string) => {
    process.stderr.write(`error: ${message}\n`);
  },
});
