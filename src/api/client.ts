import { connectionReason, failureReasons, type FailureReason } from '@kici-dev/secret-backend';
import type * as z from 'zod';
import { linesType, type Progress } from './answer-lines.ts';
import { ApiError, isApiErrorCode } from './api-error.ts';
import { isErrorBody } from './client-checks.ts';
import type { Check } from './checks.ts';
import { createExchange, type Exchange, type Request } from './exchange.ts';
import type { Operation } from './operation.ts';
import { requestIdHeader } from './request-id.ts';
import { requestOf } from './request.ts';

export interface ClientOptions {
  /** The orchestrator's address, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  readonly token: string | undefined;
  readonly organization: string;
  readonly signal?: AbortSignal;
  /** PEM: the server's own certificate, trusted beside what the system trusts; default: none. */
  readonly certificate?: string | undefined;
  /** The W3C `traceparent` of what the calls are made for; default: none. */
  readonly traceparent?: string | undefined;
}

/** Calls operations of an orchestrator, for `kici-admin`, `kici` and the agent. */
export interface ApiClient {
  /**
   * @param token replaces the client's own, such as a job's
   * @param onProgress hears how far an operation is that may take minutes
   * @throws ApiError
   */
  call<I extends z.ZodObject, O extends z.ZodType>(
    operation: Operation<I, O>,
    input: z.input<I>,
    token?: string,
    onProgress?: (progress: Progress) => void,
  ): Promise<z.output<O>>;
  /** The same by a description that no schema library has to be loaded for. @throws ApiError */
  send<I extends object, O>(call: CheckedCall<I, O>, input: I, token?: string): Promise<O>;
}

/** An operation as one client calls it. */
export interface CheckedCall<I extends object, O> extends Pick<Operation, 'method' | 'path' | 'query'> {
  readonly isAnswer: Check<O>;
  /** No value has it: for the compiler. */
  readonly input?: (input: I) => void;
}

export function createClient(options: ClientOptions): ApiClient {
  const exchange = createExchange(options.url, undefined, options.certificate);
  async function ask<T>(
    operation: Pick<Operation, 'method' | 'path' | 'query'>,
    input: object,
    token: string | undefined,
    read: (answer: unknown) => { readonly data: T } | undefined,
    onProgress?: (progress: Progress) => void,
  ): Promise<T> {
    const { path, body } = requestOf(operation, options.organization, input);
    const url = new URL(`${options.url.replace(/\/$/, '')}${path}`);
    const requestId = crypto.randomUUID();
    const text = await send(exchange, url, requestId, {
      method: operation.method,
      headers: {
        ...headersOf(body, token, requestId, options.traceparent),
        ...(onProgress !== undefined && { accept: `${linesType}, application/json` }),
      },
      body,
      signal: options.signal,
      onProgress,
    });
    const answer = read(parseJson(text));
    if (answer === undefined)
      throw new ApiError(
        'bad_answer',
        `${url.origin} answered ${operation.method} ${url.pathname} with a body that does not match its schema`,
        undefined,
        undefined,
        requestId,
      );
    return answer.data;
  }
  return {
    call: async (operation, input, token = options.token, onProgress) =>
      ask(
        operation,
        input,
        token,
        (answer) => {
          const { success, data } = operation.output.safeParse(answer);
          return success ? { data } : undefined;
        },
        operation.tellsProgress === true ? onProgress : undefined,
      ),
    send: async (call, input, token = options.token) =>
      ask(call, input, token, (answer) => (call.isAnswer(answer) ? { data: answer } : undefined)),
  };
}

function headersOf(
  body: string | undefined,
  token: string | undefined,
  requestId: string,
  traceparent: string | undefined,
): Record<string, string> {
  return {
    accept: 'application/json',
    [requestIdHeader]: requestId,
    ...(traceparent !== undefined && { traceparent }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
}

async function send(exchange: Exchange, url: URL, id: string, request: Request): Promise<string> {
  const { status, text } = await exchange(url, request).catch((error: unknown) => {
    throw unreachable(url, id, error);
  });
  if (status >= 200 && status < 300) return text;
  const problem = parseJson(text);
  if (!isErrorBody(problem) || !isApiErrorCode(problem.error))
    throw new ApiError(
      'bad_answer',
      `${url.origin} answered with status ${status} and a body that no orchestrator sends`,
      undefined,
      undefined,
      id,
    );
  const { error, message, hint, requestId = id, code, reason, about, operation, category, cliEquivalent } = problem;
  throw new ApiError(
    error,
    message,
    hint,
    code === undefined ? undefined : { code, reason, about },
    requestId,
    operation === undefined || category === undefined ? undefined : { operation, category, cliEquivalent },
  );
}

function unreachable({ origin }: URL, requestId: string, error: unknown): ApiError {
  const { reason } = connectionReason(error);
  const why = reason === undefined ? '' : `: ${failureReasons[reason].meaning}`;
  return new ApiError(
    'unreachable',
    `cannot reach an orchestrator at ${origin}${why}`,
    reason && hints[reason],
    { code: 'unreachable', reason },
    requestId,
  );
}

const https =
  'an orchestrator with a certificate serves HTTPS alone: point KICI_URL to its https address, or see its log';
const validity = "renew the orchestrator's certificate, or correct the clock of this machine";

/** What to do where something is at the address, and it is not how one talks to it. */
const hints: { readonly [reason in FailureReason]?: string } = {
  connection_reset: https,
  tls_expected: https,
  not_tls: 'it serves plain HTTP: point KICI_URL to its http address',
  certificate_untrusted_by_system:
    'name the certificate of its authority with NODE_EXTRA_CA_CERTS; the user who started the orchestrator needs no more than its address on this machine, such as https://127.0.0.1:4000',
  certificate_for_another_name: 'point KICI_URL to a name that the certificate has',
  certificate_expired: validity,
  certificate_not_yet_valid: validity,
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
