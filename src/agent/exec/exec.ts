import { createMasker, type Masker } from '@kici-dev/secret-masker';
import { AgentError } from '../agent-error.ts';
import { openSession } from '../session/open-session.ts';
import { exceededText } from '../limits/exceeded.ts';
import type { Limiter } from '../limits/limiter.ts';
import type { LimitName, Limits } from '../limits/limits.ts';
import { runChild, type ChildRun } from './child.ts';
import { readHandover, type Handed } from './handover.ts';
import type { ExecOptions } from './options.ts';
import { withPlace } from './place.ts';
import { cancelled, requireProgram } from './program.ts';
import { childVariables } from './variables.ts';

export interface ExecEnd {
  /** The program's exit code; after a signal 128 plus its number. */
  readonly code: number;
  /** A limit that it has come up against. */
  readonly exceeded: AgentError | undefined;
}

/**
 * Runs a program with secrets in its environment. The job's session is closed before the program starts.
 * @throws AgentError, ApiError if it was not started
 */
export async function exec(options: ExecOptions): Promise<ExecEnd> {
  const masker = options.mask ? createMasker() : undefined;
  return withPlace(options, async ({ mount, limiter }) => {
    await limiter?.require();
    const given = await fetchAll(options);
    for (const message of given.notices) options.notice(message);
    if (masker !== undefined) register(masker, given, options.notice);
    const variables = await childVariables(options, given, mount);
    return runWithin(limiter, { ...options, variables, masker });
  });
}

type Unlimited = Omit<ChildRun, 'starter' | 'outputLimit'>;

async function runWithin(limiter: Limiter | undefined, run: Unlimited & Pick<ExecOptions, 'notice'>): Promise<ExecEnd> {
  const limits = limiter?.ofRun ?? {};
  const keeping = await limiter?.begin(limits);
  try {
    const starter = [...(keeping?.outside ?? []), ...(keeping?.inside ?? [])];
    if (starter.length > 0) await requireProgram(run.command[0], run.variables['PATH'] ?? '');
    const notice = limiter?.noticeOf(limits);
    if (notice !== undefined) run.notice(notice);
    const { code, isOutputCut } = await runChild({ ...run, starter, outputLimit: limits.output });
    const name = isOutputCut ? 'output' : await keeping?.group?.exceeded();
    return { code, exceeded: name === undefined ? undefined : exceeded(name, limits) };
  } finally {
    // What is left of it is the next agent's.
    await keeping?.group?.remove().catch(() => undefined);
  }
}

function exceeded(name: LimitName, limits: Limits): AgentError {
  return new AgentError('limit_exceeded', exceededText('program', name, limits), 'give it more with --limit');
}

async function fetchAll(options: ExecOptions): Promise<Handed> {
  const { environment, client, signal, command } = options;
  const [program] = command;
  const stated = options.keys === 'all' ? undefined : [...options.keys, ...options.files.map(({ key }) => key)];
  try {
    const session = await openSession(client, {
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
