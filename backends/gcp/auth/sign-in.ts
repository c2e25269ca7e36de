import { BackendError, type BackendHost, type CallContext } from '@kici-dev/secret-backend';
import { abandonAt, interrupted } from '../service/interruption.ts';

export interface AccessToken {
  readonly token: string;
  /** Unix time in milliseconds; `undefined` if unknown. */
  readonly expiresAt?: number;
}

/** A way to get a token. Rejects with a `BackendError`. */
export type TokenSource = (signal: AbortSignal) => Promise<AccessToken>;

/** A backend's token: fetched once for all who wait, and again before it expires. */
export interface SignIn {
  /** @throws BackendError */
  token(context: CallContext): Promise<string>;
  /** To be called when the service refused this token. False if no other can be obtained. */
  renew(refused: string): boolean;
  close(): void;
}

/** A token is renewed this long before it expires, or a fifth of its life if that is shorter. */
const renewalMs = 300_000;
/** How long a valid token is kept that could not be replaced in time. */
const keptMs = 10_000;

/** A token from the settings, which nobody can renew. */
export function givenToken(token: string): SignIn {
  return { token: async () => token, renew: () => false, close: () => undefined };
}

export function createSignIn(fetchToken: TokenSource, host: BackendHost, timeoutMs: number = host.deadlineMs): SignIn {
  const closing = new AbortController();
  let held: (AccessToken & { readonly renewAt: number }) | undefined;
  let fetching: Promise<string> | undefined;
  const isGood = (token: AccessToken | undefined): token is AccessToken =>
    token !== undefined && (token.expiresAt ?? Infinity) > host.now();
  const fetchNew = async (): Promise<string> => {
    try {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
      // The machine's own credentials come through a library that takes no signal.
      const fetched = await abandonAt(
        signal,
        fetchToken(signal),
        () => new BackendError('timeout', { detail: `signing in took longer than ${timeoutMs} ms` }),
      );
      const now = host.now();
      const life = (fetched.expiresAt ?? Infinity) - now;
      held = { ...fetched, renewAt: now + life - Math.min(renewalMs, life / 5) };
      return fetched.token;
    } catch (error) {
      if (closing.signal.aborted) throw new BackendError('closed');
      if (isGood(held)) held = { ...held, renewAt: Math.min(host.now() + keptMs, held.expiresAt ?? Infinity) };
      throw BackendError.is(error)
        ? error
        : new BackendError('server_error', { detail: 'signing in failed in an unexpected way' });
    } finally {
      fetching = undefined;
    }
  };
  return {
    async token(context) {
      if (held !== undefined && host.now() < held.renewAt) return held.token;
      fetching ??= fetchNew();
      // A valid token is used without waiting, and an outage of the sign-in does not take it away.
      if (isGood(held)) {
        fetching.catch(() => undefined);
        return held.token;
      }
      return abandonAt(context.signal, fetching, () =>
        interrupted(context, host.now(), 'signing in timed out or was cancelled'),
      );
    },
    renew(refused) {
      if (held?.token !== refused) return true;
      held = undefined;
      return true;
    },
    close: () => closing.abort(),
  };
}
