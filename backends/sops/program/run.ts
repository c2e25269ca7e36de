import { spawn } from 'node:child_process';
import { BackendError, wrongSetting, type AnswerGauge, type CallContext } from '@kici-dev/secret-backend';

/** Nothing from the server's environment: no home with other keys, no cloud credentials. */
const environment = {
  SOPS_AGE_KEY_FILE: '/dev/fd/3',
  SOPS_CONFIG: '/dev/null',
  // A file may name cloud key services; without a route to any, sops says so at once.
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  // Nor the identity of the machine, which its cloud would hand to any program, and no second try.
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_MAX_ATTEMPTS: '1',
  GOOGLE_APPLICATION_CREDENTIALS: '/dev/null',
};

export interface Run {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly input: Uint8Array;
  readonly keyDescriptor: number;
  /** Checks what the program prints, piece by piece. */
  readonly gauge: AnswerGauge;
}

export interface Ended {
  /** `undefined` if a signal ended it. */
  readonly code: number | undefined;
  readonly output: Buffer;
}

/**
 * Runs the program to its end, or ends it when the signal fires.
 * @throws BackendError `misconfigured` if it cannot be run, `too_large`, `aborted`, `timeout`
 */
export function run(
  { program, arguments: args, input, keyDescriptor, gauge }: Run,
  context: CallContext,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: '/',
      env: environment,
      stdio: ['pipe', 'pipe', 'ignore', keyDescriptor],
      // In its own group, so that its children end with it.
      detached: true,
    });
    const pieces: Buffer[] = [];
    /** Does not wait: a process that left the group may keep the pipe open. */
    const end = (error: BackendError): void => {
      if (child.pid !== undefined && child.exitCode === null) killGroup(child.pid);
      child.stdout?.destroy();
      context.signal.removeEventListener('abort', abort);
      reject(error);
    };
    const abort = (): void => end(interruption(context));
    context.signal.addEventListener('abort', abort, { once: true });
    if (context.signal.aborted) abort();
    child.stdout?.on('data', (piece: Buffer) => {
      try {
        gauge.add(piece);
        pieces.push(piece);
      } catch (error) {
        end(BackendError.is(error) ? error : new BackendError('bad_answer'));
      }
    });
    // It may end without reading all its input.
    child.stdin?.on('error', () => undefined).end(input);
    child.on('error', (error) => end(unstartable(program, error)));
    child.on('close', (code) => {
      context.signal.removeEventListener('abort', abort);
      resolve({ code: code ?? undefined, output: Buffer.concat(pieces) });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has already ended.
  }
}

function unstartable(program: string, error: Error): BackendError {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ENOENT')
    return wrongSetting('program', `there is no program ${program}: install sops, or name it in the setting program`);
  if (code === 'EACCES' || code === 'ENOEXEC')
    return wrongSetting('program', `${program} is not a program that can be run`);
  return new BackendError('server_error', { detail: 'the machine did not start sops' });
}

export function interruption({ signal }: Pick<CallContext, 'signal'>): BackendError {
  const reason: unknown = signal.reason;
  if (BackendError.is(reason)) return reason;
  return reason instanceof Error && reason.name === 'TimeoutError'
    ? new BackendError('timeout', { detail: 'sops did not end before the deadline' })
    : new BackendError('aborted');
}
