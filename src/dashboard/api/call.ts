import { operations } from 'virtual:operations';
import { AnswerLines, linesType, type Progress } from '../../api/answer-lines.ts';
import { parseJson } from '../../api/parse-json.ts';
import { requestOf } from '../../api/request.ts';
import type { ClientInput, ClientOutput, OperationId } from '../../api/registry.ts';
import { connection, setConnection } from './connection.ts';
import { Problem, unreachable } from './problem.ts';
import { setServerTime } from './server-time.ts';

/** The session's own, required with every request other than GET. */
let csrf = '';

/** Keeps the token that every changing request of this page must carry. */
export function setCsrf(token: string): void {
  csrf = token;
}

let look: Promise<unknown> = Promise.resolve();

/** Operations are called only once it is known who is signed in. */
export function waitFor(session: Promise<unknown>): void {
  look = session;
}

/** @throws Problem `unauthenticated` if the session of this page is over: another one may be somebody else's */
export async function requireSession(): Promise<void> {
  await look;
  if (connection() === 'ended')
    throw new Problem(401, {
      error: 'unauthenticated',
      message: 'the session of this page has ended',
      hint: 'sign in again; what you typed is kept',
    });
}

interface Sent {
  readonly method: string;
  readonly path: string;
  /** JSON. */
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether it may have been done where no answer comes. */
  readonly isWrite: boolean;
  /** Set where the answer may come in lines. */
  readonly onProgress?: (progress: Progress) => void;
}

const { promise: answered, resolve: noteAnswer } = Promise.withResolvers<void>();

/** Settles once an operation was answered, or was not. */
export async function firstAnswer(): Promise<void> {
  await answered;
}

/**
 * Calls an operation of the API.
 * @param onProgress hears how far it is, where it may take minutes
 * @throws Problem
 */
export async function call<Id extends OperationId>(
  organization: string,
  id: Id,
  input: ClientInput<Id>,
  signal?: AbortSignal,
  onProgress: (progress: Progress) => void = () => undefined,
): Promise<ClientOutput<Id>> {
  const operation = operations[id];
  const { method, audit, tellsProgress } = operation;
  await requireSession();
  const answer = await send({
    method,
    ...requestOf(operation, organization, input),
    signal,
    isWrite: audit === 'write',
    ...(tellsProgress === true && { onProgress }),
  }).finally(noteAnswer);
  // The server checks its answers against the schema of this very type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return answer as ClientOutput<Id>;
}

/** @throws Problem */
export async function send(sent: Sent): Promise<unknown> {
  const { method, signal, isWrite } = sent;
  const answer = await exchange(sent).catch((error: unknown) => {
    if (signal?.aborted === true && !isTimeout(error)) throw error;
    setConnection('down');
    throw unreachable(isWrite);
  });
  const { status, body } = answer;
  const isOk = status >= 200 && status < 300;
  setServerTime(answer.date);
  // With another session, which another tab has opened, this page is no longer who it was.
  if (status === 401 || isOtherSession(method, body)) setConnection('ended');
  // A proxy whose server is gone, or one that is stopping.
  else if (!isOk && !isOurs(body)) setConnection('down');
  else setConnection('up');
  if (isOk && body !== undefined) return body;
  throw new Problem(status, isRecord(body) ? body : {});
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

interface Answer {
  readonly status: number;
  /** `undefined` where it is no JSON. */
  readonly body: unknown;
}

/** @throws Error if there is no answer, or one in lines that breaks off */
async function exchange({ method, path, body, signal, onProgress }: Sent): Promise<Answer & { date: string | null }> {
  const response = await fetch(path, {
    method,
    headers: {
      accept: onProgress === undefined ? 'application/json' : `${linesType}, application/json`,
      ...(method !== 'GET' && { 'x-kici-csrf': csrf }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
    credentials: 'same-origin',
    cache: 'no-store',
    redirect: 'error',
  });
  const isInLines = response.headers.get('content-type')?.split(';')[0]?.trim() === linesType;
  const answer =
    isInLines && response.body !== null && onProgress !== undefined
      ? await lastOf(response.body, onProgress)
      : { status: response.status, body: await bodyOf(response, signal) };
  return { ...answer, date: response.headers.get('date') };
}

async function bodyOf(response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  return response.json().catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
  });
}

async function lastOf(stream: ReadableStream<BufferSource>, onProgress: (progress: Progress) => void): Promise<Answer> {
  const lines = new AnswerLines(onProgress);
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one part after the other
    const { done, value } = await reader.read();
    if (done) break;
    lines.add(value);
  }
  const { status, text } = lines.end();
  return { status, body: parseJson(text) };
}

function isOtherSession(method: string, answer: unknown): boolean {
  return method !== 'GET' && isRecord(answer) && answer['error'] === 'origin_not_allowed';
}

function isOurs(answer: unknown): boolean {
  return isRecord(answer) && typeof answer['error'] === 'string' && typeof answer['hint'] === 'string';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
