import { BackendError, type BackendHost, type CallContext, type FailureCode } from '@kici-dev/secret-backend';
import type { SignIn } from '../auth/sign-in.ts';
import type { Resources } from '../names/resource.ts';
import type { Connection } from './connection.ts';
import { toFailure, type ServiceFailure } from './service-failure.ts';
import { abandonAt, interrupted } from './interruption.ts';
import { judgeAnswers } from './grpc-answer.ts';
import type { Limiter } from './limiter.ts';
import { loadSdk, type SdkCallOptions, type SdkClient } from './sdk.ts';

/** The result of a call: an answer, or why there is none. */
export type ServiceAnswer<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: ServiceFailure };

/** The service, as the rest of this package sees it. */
export interface Service {
  readonly resources: Resources;
  readonly host: BackendHost;
  /** Rejects with a `BackendError` only if the call could not be made; what the service says is in the answer. */
  call<T>(operation: string, context: CallContext, send: Send<T>): Promise<ServiceAnswer<T>>;
  close(): Promise<void>;
}

/** Calls a method of the client; the options belong to this one call, because the client changes them. */
export type Send<T> = (client: SdkClient, options: SdkCallOptions) => Promise<readonly [T, ...unknown[]]>;

export interface ServiceParts {
  readonly resources: Resources;
  readonly host: BackendHost;
  readonly signIn: SignIn;
  readonly connection: Connection;
  readonly limiter: Limiter;
  readonly close: () => void;
}

/** After these a connection may be unusable: gRPC refuses everything after an answer that it did not accept. */
const spoiling: ReadonlySet<FailureCode> = new Set(['unreachable', 'timeout', 'too_large']);

export function createService({ resources, host, signIn, connection, limiter, close }: ServiceParts): Service {
  const closing = new AbortController();
  const attempt = async <T>(
    operation: string,
    context: CallContext,
    send: Send<T>,
  ): Promise<{ readonly token: string; readonly answer: ServiceAnswer<T> }> => {
    const token = await signIn.token(context);
    const unanswered = (): BackendError => interrupted(context, host.now(), `${operation} timed out or was cancelled`);
    const client = await abandonAt(context.signal, connection.client(), unanswered);
    const { gax } = await loadSdk();
    let refusal: BackendError | undefined;
    const judge = judgeAnswers(gax.grpc, (reason) => {
      refusal = reason;
    });
    const options: SdkCallOptions = {
      // Null turns off the client's own retries, which by default go on for ten minutes.
      retry: null,
      timeout: Math.max(1, context.deadline - host.now()),
      signal: context.signal,
      otherArgs: { headers: { authorization: `Bearer ${token}` }, options: { interceptors: [judge] } },
    };
    try {
      // The library waits for a name look-up, which takes no signal.
      const [value] = await abandonAt(context.signal, send(client, options), unanswered);
      return { token, answer: { ok: true, value } };
    } catch (error) {
      const failure: ServiceFailure =
        refusal === undefined
          ? toFailure(error, operation, context, host.now())
          : { status: undefined, error: refusal };
      if (spoiling.has(failure.error.code)) connection.discard(client);
      return { token, answer: { ok: false, failure } };
    }
  };
  return {
    resources,
    host,
    async call(operation, context, send) {
      const bounded: CallContext = { ...context, signal: AbortSignal.any([context.signal, closing.signal]) };
      const notSent = (): BackendError =>
        interrupted(bounded, host.now(), `${operation} could not be sent in time, or was cancelled`);
      return limiter(bounded.signal, notSent, async () => {
        if (bounded.signal.aborted) throw notSent();
        const first = await attempt(operation, bounded, send);
        if (first.answer.ok || first.answer.failure.status !== 'UNAUTHENTICATED' || !signIn.renew(first.token))
          return first.answer;
        return (await attempt(operation, bounded, send)).answer;
      });
    },
    async close() {
      closing.abort(new BackendError('closed'));
      signIn.close();
      await connection.close();
      close();
    },
  };
}
