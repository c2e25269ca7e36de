import { createMasker, type Masker } from '@kici-dev/secret-masker';
import { AgentError } from '../agent-error.ts';
import { openSession } from '../session/open-session.ts';
import { runChild } from './child.ts';
import { readHandover, type Handed } from './handover.ts';
import { withMounts } from './mounts.ts';
import type { ExecOptions } from './options.ts';
import { childVariables } from './variables.ts';

/**
 * Runs a program with secrets in its environment. The job's session is closed before the program starts.
 * @returns its exit code; after a signal 128 plus its number
 * @throws AgentError, ApiError if it was not started
 */
export async function exec(options: ExecOptions): Promise<number> {
  const masker = options.mask ? createMasker() : undefined;
  return withMounts(options, async (mount) => {
    const given = await fetchAll(options);
    for (const message of given.notices) options.notice(message);
    if (masker !== undefined) register(masker, given, options.notice);
    const variables = await childVariables(options, given, mount);
    if (options.signal.aborted) throw cancelled();
    return runChild({ ...options, variables, masker });
  });
}

async function fetchAll(options: ExecOptions): Promise<Handed> {
  const { environment, clients, signal, command } = options;
  const [program] = command;
  const stated = options.keys === 'all' ? undefined : [...options.keys, ...options.files.map(({ key }) => key)];
  try {
    const session = await openSession(clients, {
      environment,
      workflow: 'kici exec',
      job: program.slice(-200),
      secrets: stated,
    });
    try {
      return await readHandover(session, options);
    } finally {
      // A session that cannot be closed expires.
      await session.close().catch(() => undefined);
    }
  } catch (error) {
    // Once cancelled, failures come from the deadline.
    throw signal.aborted ? cancelled() : error;
  }
}

function register(masker: Masker, { variables, files }: Handed, notice: ExecOptions['notice']): void {
  for (const { key, value } of [...variables, ...files])
    if (masker.add(value.bytes()) !== 'masked')
      notice(`the value of ${key} is too short to be masked, so it is visible wherever it is printed`);
}

function cancelled(): AgentError {
  return new AgentError('cancelled', 'the command was cancelled', 'the program was not started');
}
