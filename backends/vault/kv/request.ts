import type { AnswerKind, CallContext } from '@kici-dev/secret-backend';
import type { VaultConfig } from '../config.ts';
import type { VaultAnswer } from '../wire/answer.ts';

/** One request to the mount; the service adds token and namespace. */
export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** What the answer concerns; default: values. */
  readonly kind?: AnswerKind;
}

/** Sends requests to the server, signed in. */
export interface Requests {
  readonly config: VaultConfig;
  /** Resolves to any answer of the server. @throws BackendError if there is none, or signing in fails */
  send(request: ServiceRequest, context: CallContext): Promise<VaultAnswer>;
}
