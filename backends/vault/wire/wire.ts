import { BackendError, type AnswerKind, type BackendHost, type CallContext } from '@kici-dev/secret-backend';
import NodeVault from 'node-vault';
import type { VaultConfig } from '../config.ts';
import { VaultAnswer } from './answer.ts';
import { openTransport, type WireRequest } from './transport.ts';

export interface VaultRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/v1`, encoded, with its leading slash; see `kv/path.ts`. */
  readonly path: string;
  readonly body?: object;
  readonly token?: string;
  readonly namespace: string | undefined;
  /** What the answer concerns; default: values. */
  readonly kind?: AnswerKind;
}

export interface Wire {
  /** Resolves to any answer, whatever its status. @throws BackendError if the server does not answer */
  send(request: VaultRequest, context: CallContext): Promise<VaultAnswer>;
  close(): Promise<void>;
}

interface Exchange {
  readonly uri: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: object;
  readonly kind: AnswerKind;
  readonly context: CallContext;
}

/**
 * The client library over our own transport: with deadlines, without redirects, and with nothing from the environment.
 */
export async function openWire(config: VaultConfig, host: BackendHost): Promise<Wire> {
  const transport = await openTransport(config, host);
  const exchange = ({ uri, method, headers, json, kind, context }: Exchange): Promise<VaultAnswer> => {
    const request: WireRequest = {
      uri,
      method,
      headers,
      kind,
      context,
      body: json === undefined ? undefined : JSON.stringify(json),
    };
    return transport.send(request);
  };
  const client = NodeVault({
    endpoint: config.address.href.replace(/\/+$/, ''),
    apiVersion: 'v1',
    debug: () => undefined,
    'request-promise': { defaults: () => exchange },
  });
  // The library fills empty ones from VAULT_TOKEN, VAULT_NAMESPACE and VAULT_PREFIX.
  Object.assign(client, { token: '', namespace: '', pathPrefix: '' });
  // Its own handling drops headers, and takes any path that contains sys/health for a success.
  client.handleVaultResponse = async (answer) => answer;
  return {
    async send({ method, path, body, token, namespace, kind = 'value' }, context) {
      const headers = {
        'X-Vault-Request': 'true',
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(token !== undefined && { 'X-Vault-Token': token }),
        ...(namespace !== undefined && { 'X-Vault-Namespace': namespace }),
      };
      const answer: unknown = await client.request({
        path,
        method,
        headers,
        kind,
        context,
        ...(body !== undefined && { json: body }),
      });
      if (!(answer instanceof VaultAnswer)) throw new BackendError('bad_answer');
      return answer;
    },
    close: () => transport.close(),
  };
}
