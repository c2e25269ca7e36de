import type * as z from 'zod';
import { linesType, type Progress } from './answer-lines.ts';
import { ApiError } from './api-error.ts';
import type { Check } from './checks.ts';
import { createExchange, type Exchange, type Request } from './exchange.ts';
import type { Operation } from './operation.ts';
import { newRequestId } from './new-request-id.ts';
import { requestIdHeader } from './request-id.ts';
import { passing, persist } from './persist.ts';
import { parseJson } from './parse-json.ts';
import { problemOf, unreachable } from './problem-of.ts';
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
  /** What ends its calls. */
  readonly signal: AbortSignal | undefined;
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
  /**
   * The same by a description that no schema library has to be loaded for.
   * @param signal replaces the client's own, such as after that has cancelled all else
   * @throws ApiError
   */
  send<I extends object, O>(call: CheckedCall<I, O>, input: I, token?: string, signal?: AbortSignal): Promise<O>;
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
    signal: AbortSignal | undefined,
    read: (answer: unknown) => { readonly data: T } | undefined,
    onProgress?: (progress: Progress) => void,
  ): Promise<T> {
    const { path, body } = requestOf(operation, options.organization, input);
    const url = new URL(`${options.url.replace(/\/$/, '')}${path}`);
    const requestId = newRequestId();
    const { method } = operation;
    const headers = {
      ...headersOf(body, token, requestId, options.traceparent),
      ...(onProgress !== undefined && { accept: `${linesType}, application/json` }),
    };
    const request = (): Promise<string> =>
      send(exchange, url, requestId, { method, headers, body, signal, onProgress });
    const text = await (method === 'GET' ? persist(passing.reading, signal, request) : request());
    const answer = read(parseJson(text));
    if (answer === undefined)
      throw new ApiError(
        'bad_answer',
        `${url.origin} answered ${operation.method} ${url.pathname} with a body that does not match its schema`,
        undefined,
        { requestId },
      );
    return answer.data;
  }
  return {
    signal: options.signal,
    call: async (operation, input, token = options.token, onProgress) =>
      ask(
        operation,
        input,
        token,
        options.signal,
        (answer) => {
          const { success, data } = operation.output.safeParse(answer);
          return success ? { data } : undefined;
        },
        operation.tellsProgress === true ? onProgress : undefined,
      ),
    send: async (call, input, token = options.token, signal = options.signal) =>
      ask(call, input, token, signal, (answer) => (call.isAnswer(answer) ? { data: answer } : undefined)),
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
  const answer = await exchange(url, request).catch((error: unknown) => {
    throw unreachable(url, id, error);
  });
  if (answer.status >= 200 && answer.status < 300) return answer.text;
  throw problemOf(answer, url, id, request.method);
}
