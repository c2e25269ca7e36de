import { operations } from 'virtual:operations';
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
}

const { promise: answered, resolve: noteAnswer } = Promise.withResolvers<void>();

/** Settles once an operation was answered, or was not. */
export async function firstAnswer(): Promise<void> {
  await answered;
}

/**
 * Calls an operation of the API.
 * @throws Problem
 */
export async function call<Id extends OperationId>(
  organization: string,
  id: Id,
  input: ClientInput<Id>,
  signal?: AbortSignal,
): Promise<ClientOutput<Id>> {
  const operation = operations[id];
  await requireSession();
  const answer = await send({ method: operation.method, ...requestOf(operation, organization, input), signal }).finally(
    noteAnswer,
  );
  // The server checks its answers against the schema of this very type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return answer as ClientOutput<Id>;
}

/** @throws Problem */
export async function send({ method, path, body, signal }: Sent): Promise<unknown> {
  const response = await fetch(path, {
    method,
    headers: {
      accept: 'application/json',
      ...(method !== 'GET' && { 'x-kici-csrf': csrf }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
    credentials: 'same-origin',
    cache: 'no-store',
    redirect: 'error',
  }).catch((error: unknown) => {
    if (signal?.aborted === true) throw error;
    setConnection('down');
    throw unreachable(method !== 'GET');
  });
  const answer: unknown = await response.json().catch(() => undefined);
  setServerTime(response.headers.get('date'));
  // With another session, which another tab has opened, this page is no longer who it was.
  if (response.status === 401 || isOtherSession(method, answer)) setConnection('ended');
  // A proxy whose server is gone, or one that is stopping.
  else if (!response.ok && !isOurs(answer)) setConnection('down');
  else setConnection('up');
  if (response.ok && answer !== undefined) return answer;
  throw new Problem(response.status, isRecord(answer) ? answer : {});
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
