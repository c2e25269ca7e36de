import type { SecretsManager } from '@aws-sdk/client-secrets-manager';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import { BackendError, type BackendHost, type CallContext } from '@kici-dev/secret-backend';
import type { AccessConfig } from './access-config.ts';
import { clientDefaults } from './client-defaults.ts';
import { AwsError, toBackendError } from './service-error.ts';
import { createSignIn } from './sign-in.ts';
import { createTransport, requireAllowed } from './transport.ts';

interface RequestOptions {
  readonly abortSignal: AbortSignal;
}

/** A service of AWS, as far as one call to it goes. */
export interface Service<Client = SecretsManager> {
  /**
   * One request, ended by the context's signal whatever the request is waiting for.
   * @param operation as the service names it, for messages
   * @throws BackendError, an `AwsError` where the service answered
   */
  call<T>(
    context: CallContext,
    operation: string,
    request: (client: Client, options: RequestOptions) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

/** What a client of the SDK is made from. */
export type ClientConfig = ReturnType<typeof clientDefaults> & {
  readonly endpoint: string;
  readonly credentials: Awaited<ReturnType<typeof createSignIn>>;
};

/**
 * Nothing is loaded or opened before the first call.
 * @param create makes the SDK's client, and loads it first
 */
export function createService<Client>(
  config: AccessConfig,
  host: BackendHost,
  create: (config: ClientConfig) => Promise<Client>,
): Service<Client> {
  let transport: Promise<NodeHttpHandler> | undefined;
  let client: Promise<Client> | undefined;
  const closing = new AbortController();
  // Keys without a role stay what they are, however often one signs in.
  const renewable = config.signIn.source.method !== 'keys' || config.signIn.roles.length > 0;

  const open = async (): Promise<Client> => {
    transport ??= createTransport(host);
    const handler = await transport;
    const credentials = await createSignIn(config, host, handler);
    return create({ ...clientDefaults(config.region, handler), endpoint: config.endpoint.href, credentials });
  };

  return {
    async call(caller, operation, request) {
      const context = { ...caller, signal: AbortSignal.any([caller.signal, closing.signal]) };
      // After a close, nothing may be opened again.
      if (context.signal.aborted) throw toBackendError(undefined, operation, context, host.now());
      for (let renewed = false; ; renewed = true) {
        client ??= open();
        const used = client;
        try {
          return await untilAborted(
            context.signal,
            (async () => {
              const [opened] = await Promise.all([used, requireAllowed(host, config.endpoint)]);
              return request(opened, { abortSignal: context.signal });
            })(),
          );
        } catch (error) {
          const failure = toBackendError(error, operation, context, host.now());
          const expired = failure instanceof AwsError && failure.code === 'unauthenticated';
          if (!expired || renewed || !renewable) throw failure;
          // A new client has no credentials yet; another caller has already noticed and put one in place.
          if (client === used) client = undefined;
        }
      }
    },
    async close() {
      closing.abort(new BackendError('closed'));
      (await transport)?.destroy();
    },
  };
}

/** A sign-in knows no signal: it continues in the background, for the next call, and nobody waits for it. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new BackendError('aborted'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
