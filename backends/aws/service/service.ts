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

/** Makes single calls to an AWS service. */
export interface Service<Client = SecretsManager> {
  /**
   * One request, which the context's signal ends whatever it is waiting for.
   * @param operation the service's name for it, for messages
   * @throws BackendError; an `AwsError` if the service answered
   */
  call<T>(
    context: CallContext,
    operation: string,
    request: (client: Client, options: RequestOptions) => Promise<T>,
  ): Promise<T>;
  close(): Promise<void>;
}

export type ClientConfig = ReturnType<typeof clientDefaults> & {
  readonly endpoint: string;
  readonly credentials: Awaited<ReturnType<typeof createSignIn>>;
};

/**
 * Loads and opens nothing before the first call.
 * @param create loads the SDK's client and makes one
 */
export function createService<Client>(
  config: AccessConfig,
  host: BackendHost,
  create: (config: ClientConfig) => Promise<Client>,
): Service<Client> {
  let transport: Promise<NodeHttpHandler> | undefined;
  let client: Promise<Client> | undefined;
  const closing = new AbortController();
  // Keys without a role stay the same, however often one signs in.
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
          // A new client has no credentials yet; keep one that another caller has already put in place.
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

/** Signing in takes no signal: it continues in the background, for the next call, and nobody waits for it. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(new BackendError('aborted'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
