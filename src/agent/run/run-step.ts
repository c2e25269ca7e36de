import { constants } from 'node:os';
import type { Masker } from '@kici-dev/secret-masker';
import { bounds } from '../channel/bounds.ts';
import type { StartStep } from '../channel/from-agent.ts';
import { isStepMessage, type SecretRequest, type StepMessage } from '../channel/to-agent.ts';
import { FrameError } from '../channel/frames.ts';
import { EnvFileError, type Assignment } from '../environment/env-file.ts';
import { exceededText, withLikelyLimit } from '../limits/exceeded.ts';
import type { LimitName, Limits } from '../limits/limits.ts';
import { OutputAllowance } from '../limits/output-allowance.ts';
import { StepFolder } from '../mounts/step-folder.ts';
import type { ExitStatus } from '../process/child.ts';
import type { StepProcess, Workplace } from '../process/step-process.ts';
import type { JobSession } from '../session/job-session.ts';
import type { Emit, StepErrorCode, StepStatus } from './events.ts';
import type { JobNeedles } from './job-needles.ts';
import { maskOutput } from './masked-output.ts';
import { SecretService } from './secret-service.ts';

export interface StepRun {
  readonly start: StartStep;
  readonly timeoutMs: number | undefined;
  readonly limits: Limits;
  readonly workplace: Workplace;
  readonly session: JobSession;
  readonly masker: Masker;
  readonly needles: JobNeedles;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** What is removed while the next step starts already: it holds no secret that a later step is not given. */
  readonly removals: Promise<void>[];
}

export interface StepResult {
  readonly status: StepStatus;
  readonly code?: StepErrorCode;
  readonly error?: string;
  readonly exports: readonly Assignment[];
  readonly paths: readonly string[];
}

/** Runs one step in its process and leaves no process or file behind, once the removals are done. */
export async function runStep(host: StepProcess, run: StepRun): Promise<StepResult> {
  const { workplace, start, masker, emit, signal } = run;
  const folder = workplace.sandbox.ownsTemporaryFiles
    ? undefined
    : new StepFolder(workplace.temporary, workplace.journal);
  let ended: 'timed_out' | 'cancelled' | undefined;
  const end = (why: 'timed_out' | 'cancelled') => (): void => {
    ended ??= why;
    host.child.end();
  };
  const cancel = end('cancelled');
  const timer = run.timeoutMs === undefined ? undefined : setTimeout(end('timed_out'), run.timeoutMs);
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  const notice = (message: string): void => {
    emit({ type: 'notice', job: start.job, step: start.step, message });
  };
  const allowance = new OutputAllowance(run.limits.output, () => {
    host.child.end();
  });
  maskOutput(host.child, masker, (stream, printed, pace) => {
    const bytes = allowance.take(printed);
    if (bytes.byteLength > 0) emit({ type: 'output', job: start.job, step: start.step, stream, bytes }, pace);
  });
  try {
    void host.send(start);
    const service = new SecretService({
      session: run.session,
      masker,
      needles: run.needles,
      folder,
      notice,
    });
    const talk = await converse(host, service);
    const exit = await host.child.gone;
    if (talk.finished !== undefined && ended === undefined && host.child.hasRunOut) notice(ranOut);
    const result = await settle(host, talk, exit, ended, run);
    return withLimits(result, allowance.isExceeded ? 'output' : host.exceeded(), run.limits);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    host.child.kill();
    await host.child.gone;
    if (folder !== undefined) await removed(folder, notice);
    run.removals.push(removed(host.exchange, notice));
  }
}

const neverImported = `the import of its workflow's file did not end within ${bounds.importMs / 1_000} seconds; a module must not wait forever while it is imported`;

const ranOut =
  'it was ended five seconds after its function had returned, for it or what it had started still ran; what it would have printed is missing, so await in the function what must be done';

/** Names the limit that a step has come up against. */
function withLimits(result: StepResult, exceeded: LimitName | undefined, limits: Limits): StepResult {
  const { status, error } = result;
  if (status === 'timed_out' || status === 'cancelled') return result;
  if (exceeded === undefined)
    return error === undefined ? result : { ...result, error: withLikelyLimit(error, limits) };
  const text = exceededText('step', exceeded, limits);
  return {
    status: 'failed',
    code: 'limit_exceeded',
    error: error === undefined || exceeded === 'output' ? text : `${text}; ${error}`,
    exports: [],
    paths: [],
  };
}

interface Talk {
  readonly finished: Extract<StepMessage, { type: 'finished' }> | undefined;
  readonly paths: readonly string[];
  /** Something the step's process did that our own step host never does. */
  readonly violation: string | undefined;
}

/** Serves the step until it reports that it is done, then reads until its end of the channel closes. */
async function converse(host: StepProcess, service: SecretService): Promise<Talk> {
  const paths: string[] = [];
  let done: Talk['finished'];
  const inFlight = new Set<Promise<void>>();
  let late = false;
  let isGone = false;
  void host.child.gone.finally(() => {
    isGone = true;
  });
  const timer = setTimeout(() => {
    late = true;
    host.child.kill();
  }, bounds.importMs);
  const note = (message: Exclude<StepMessage, { type: 'ready' | 'ask' }>): void => {
    if (message.type === 'addPath') {
      if (paths.length >= bounds.folders) throw new FrameError(`more than ${bounds.folders} folders for PATH`);
      paths.push(message.folder);
      return;
    }
    clearTimeout(timer);
    if (message.type === 'imported') return;
    done = message;
    host.child.killAfter();
  };
  try {
    for await (const received of host.messages()) {
      // The channel stays open until the process ends; later messages are ignored.
      if (done !== undefined) continue;
      if (!isStepMessage(received)) throw new FrameError('a message of a kind that steps do not send');
      if (received.type === 'ready') continue;
      if (received.type !== 'ask') {
        note(received);
        continue;
      }
      // Nobody waits for an answer any more.
      if (isGone) continue;
      const tracked = serve(host, service, received.requests).finally(() => {
        inFlight.delete(tracked);
      });
      inFlight.add(tracked);
      if (inFlight.size >= bounds.messagesInFlight) await Promise.race([...inFlight, host.child.gone]);
    }
    return { finished: done, paths, violation: late && done === undefined ? neverImported : undefined };
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    host.child.kill();
    return { finished: undefined, paths, violation: `it sent its agent ${error.message}` };
  } finally {
    clearTimeout(timer);
    // No more requests are accepted; a step that does not read its answers is ended too.
    host.child.killAfter();
    await Promise.allSettled(inFlight);
  }
}

async function serve(host: StepProcess, service: SecretService, requests: readonly SecretRequest[]): Promise<void> {
  try {
    for await (const answers of service.answer(requests)) await host.send({ type: 'answers', answers });
  } catch {
    // The agent itself failed: without an answer the step would wait forever.
    host.child.kill();
  }
}

async function settle(
  host: StepProcess,
  talk: Talk,
  exit: ExitStatus,
  ended: 'timed_out' | 'cancelled' | undefined,
  run: StepRun,
): Promise<StepResult> {
  const nothing = { exports: [], paths: [] };
  if (ended === 'timed_out')
    return {
      status: 'timed_out',
      code: 'step_timed_out',
      error: `the step did not end within its ${run.timeoutMs} ms`,
      ...nothing,
    };
  if (ended === 'cancelled') return { status: 'cancelled', ...nothing };
  if (talk.violation !== undefined)
    return {
      status: 'failed',
      code: 'step_refused',
      error: `the step was stopped: ${talk.violation}`,
      ...nothing,
    };
  if (talk.finished === undefined)
    return { status: 'failed', code: 'step_ended', error: describeExit(exit), ...nothing };
  if (talk.finished.status === 'failed')
    return { status: 'failed', code: 'step_failed', error: talk.finished.error, ...nothing };
  try {
    return { status: 'succeeded', exports: await host.exchange.assignments(), paths: talk.paths };
  } catch (error) {
    if (!(error instanceof EnvFileError)) throw error;
    return { status: 'failed', code: 'invalid_env_file', error: error.message, ...nothing };
  }
}

/** A shell adds this to the number of the signal that ended its program; other programs may use such codes too. */
const endedBySignal = 128;

function likely(code: number | null): string {
  const [name] = Object.entries(constants.signals).find(([, number]) => code === endedBySignal + number) ?? [];
  return name === undefined ? '' : ` (as after ${name})`;
}

function describeExit({ code, signal, failure }: ExitStatus): string {
  if (failure !== undefined) return `the step's process could not be started: ${failure}`;
  return `the step's process ended ${signal === null ? `with code ${code}${likely(code)}` : `by ${signal}`} before its function had returned; see its output above`;
}

/** What cannot be removed now stays in the journal, for the next agent. */
async function removed(thing: { remove(): Promise<void> }, notice: (message: string) => void): Promise<void> {
  await thing.remove().catch(() => {
    notice('a temporary folder of this step could not be removed; the next run tries again');
  });
}
