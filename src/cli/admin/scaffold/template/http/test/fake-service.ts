import type { ScopePath, SecretRef } from '@kici-dev/secret-backend';
import type { SeededSecret } from '@kici-dev/secret-backend-conformance';
import {
  startHttpFake,
  type HttpAnswer,
  type HttpFake,
  type HttpRequest,
} from '@kici-dev/secret-backend-conformance/testing';

const pageSize = 12;
type Place = Pick<SecretRef, 'scope' | 'key'>;
type Query = Place & {
  readonly depth: string;
  readonly after?: string;
  readonly refs: readonly Place[];
  readonly value: string;
};
interface Stored extends Place {
  readonly value: string;
  readonly version: string;
}

/** A stand-in for the service that speaks its protocol on 127.0.0.1. */
export class FakeService {
  readonly secrets = new Map<string, Stored>();
  readonly deniedReads = new Set<string>();
  readonly deniedFolders = new Set<ScopePath>();
  readonly hidden = new Set<string>();
  #versions = 0;

  /** @param token the only one it accepts */
  start(token: string): Promise<HttpFake> {
    return startHttpFake({
      answer: (request) => (request.headers.authorization === `Bearer ${token}` ? this.#answer(request) : refused(401)),
      refusals: {
        server_error: refused(503),
        throttle: { ...refused(429), headers: { 'retry-after': '1' } },
        deny: refused(403),
        expire: refused(401),
      },
      withoutFirst: ({ body, ...rest }) => ({ ...rest, body: JSON.stringify(withoutFirst(JSON.parse(body))) }),
    });
  }

  put({ scope, key, value }: SeededSecret): { readonly version: string } {
    return this.#store({ scope, key }, Buffer.from(value.bytes()).toString('base64'));
  }

  #answer({ url, body }: HttpRequest): HttpAnswer {
    const query: Query = JSON.parse(body);
    switch (url.pathname) {
      case '/v1/list':
        return ok(this.#list(query));
      case '/v1/read':
        return ok({ answers: query.refs.map((place) => this.#read(place)) });
      case '/v1/write':
        return ok(this.#store(query, query.value));
      case '/v1/delete':
        return ok({ was: this.secrets.delete(idOf(query)) ? 'found' : 'missing' });
      case '/v1/whoami':
        return ok({ identity: 'ci' });
      default:
        return refused(404);
    }
  }

  #read({ scope, key }: Place): object {
    const id = idOf({ scope, key });
    const stored = this.secrets.get(id);
    if (this.deniedReads.has(id)) return { scope, key, status: 'denied' };
    return stored === undefined ? { scope, key, status: 'missing' } : { ...stored, status: 'found' };
  }

  #list({ scope, depth, after = '0' }: Query): object {
    const isWanted = (one: ScopePath): boolean =>
      scope === undefined || one === scope || (depth === 'tree' && isBelow(one, scope));
    const isDenied = (one: ScopePath): boolean =>
      [...this.deniedFolders].some((folder) => one === folder || isBelow(one, folder));
    const all = [...this.secrets.values()].filter(
      (one) => isWanted(one.scope) && !isDenied(one.scope) && !this.hidden.has(idOf(one)),
    );
    const end = Number(after) + pageSize;
    return {
      secrets: all
        .slice(Number(after), end)
        .map(({ scope: folder, key, version }) => ({ scope: folder, key, version })),
      refused: [...this.deniedFolders].filter(isWanted),
      ...(end < all.length ? { next: String(end) } : {}),
    };
  }

  #store({ scope, key }: Place, value: string): { readonly version: string } {
    const version = String((this.#versions += 1));
    this.secrets.set(idOf({ scope, key }), { scope, key, value, version });
    return { version };
  }
}

export function idOf({ scope, key }: Place): string {
  return JSON.stringify([scope, key]);
}

function isBelow(scope: ScopePath, folder: ScopePath): boolean {
  return scope.startsWith(`${folder}/`);
}

function ok(body: object): HttpAnswer {
  return { status: 200, body: JSON.stringify(body) };
}

function refused(status: number): HttpAnswer {
  return { status, body: JSON.stringify({ error: `status ${status}` }) };
}

function withoutFirst(answer: { readonly answers?: readonly unknown[] }): object {
  return answer.answers === undefined ? answer : { answers: answer.answers.slice(1) };
}
