import type { AnswerKind, CallContext } from '@kici-dev/secret-backend';
import type { VaultConfig } from '../config.ts';
import type { VaultAnswer } from '../wire/answer.ts';

/** One request to the mount, of which the service knows the token and the namespace. */
export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** What the answer is about; default: values. */
  readonly kind?: AnswerKind;
}

/** The server, signed in to, as far as requests go. */
export interface Requests {
  readonly config: VaultConfig;
  /** Whatever the server answers. @throws BackendError when it does not, or when there is no signing in */
  send(request: ServiceRequest, context: CallContext): Promise<VaultAnswer>;
}
