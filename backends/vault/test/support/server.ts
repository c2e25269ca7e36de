import { createFakeVault, type FakeVault } from '../fake/fake-vault.ts';
import type { Upstream } from './gateway.ts';
import { parseJson } from '../../wire/json.ts';
import type { Reply } from '../fake/reply.ts';

/** A server that speaks Vault's API, with its root token. */
export interface TestServer {
  readonly rootToken: string;
  readonly upstream: Upstream;
}

export interface FakeServer extends TestServer {
  readonly fake: FakeVault;
}

export function fakeServer(): FakeServer {
  const rootToken = 'root-of-the-fake';
  const fake = createFakeVault(rootToken);
  return {
    rootToken,
    fake,
    upstream(call) {
      const reply = fake.handle({ ...call, body: asSent(call.body) });
      const body = asSent(reply.body);
      return { ...reply, ...(typeof body === 'object' && body !== null && { body }) };
    },
  };
}

/** A body as the wire changes it. */
function asSent(body: unknown): unknown {
  return body === undefined ? undefined : parseJson(JSON.stringify(body));
}

export function realServer(address: string, rootToken: string): TestServer {
  return {
    rootToken,
    async upstream({ method, path, query, token, namespace, body }) {
      const search = query.size === 0 ? '' : `?${query.toString()}`;
      const response = await fetch(`${address}/v1/${path.split('/').map(encodeURIComponent).join('/')}${search}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(token !== undefined && { 'X-Vault-Token': token }),
          ...(namespace !== '' && { 'X-Vault-Namespace': namespace }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer = parseJson(await response.text());
      const retryAfter = response.headers.get('retry-after');
      return {
        status: response.status,
        ...(typeof answer === 'object' && answer !== null && { body: answer }),
        headers: { 'content-type': 'application/json', ...(retryAfter !== null && { 'retry-after': retryAfter }) },
      };
    },
  };
}

/** Acts as an operator with the root token. Fails if the server refuses. */
export async function administer(
  server: TestServer,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  body?: object,
  namespace = '',
): Promise<Reply> {
  const reply = await ask(server, method, path, body, { namespace });
  if (reply.status >= 300) throw new Error(`${method} ${path} answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply;
}

export async function ask(
  server: TestServer,
  method: string,
  path: string,
  body?: object,
  {
    token = server.rootToken,
    namespace = '',
  }: { readonly token?: string | undefined; readonly namespace?: string } = {},
): Promise<Reply> {
  const [pathname = '', search = ''] = path.split('?');
  return server.upstream({ method, path: pathname, query: new URLSearchParams(search), token, namespace, body });
}
