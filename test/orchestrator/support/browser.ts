import { request } from 'node:http';
import { dashboardSession, dashboardSessionPath, type DashboardSession } from '../../../src/api/dashboard-session.ts';
import type { Operation } from '../../../src/api/operation.ts';
import { operations, type OperationId } from '../../../src/api/registry.ts';
import { requestOf } from '../../../src/api/request.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** Parsed; `undefined` if it is not JSON. */
  readonly json: Record<string, unknown> | undefined;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | undefined;
}

/** Headers that a browser would add come from the test. */
export function ask(url: string, path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(
      new URL(path, url),
      {
        method,
        agent: false,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parse(text) });
        });
      },
    )
      .once('error', reject)
      .end(body);
  });
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

/** Somebody who is signed in at the dashboard. */
export interface SignedIn {
  readonly session: DashboardSession;
  /** In the form `name=value`. */
  readonly cookie: string;
  readonly setCookie: string;
  /** Sends a request as the page would. */
  ask(path: string, sent?: Sent): Promise<Answer>;
  call(id: OperationId, input?: Record<string, unknown>, organization?: string): Promise<Answer>;
}

export async function signIn(
  url: string,
  credentials: { readonly token: string; readonly organization?: string } | { readonly code: string },
  headers: Readonly<Record<string, string>> = {},
): Promise<SignedIn> {
  const answer = await ask(url, dashboardSessionPath, { method: 'POST', headers, body: JSON.stringify(credentials) });
  if (answer.status !== 200) throw new Error(`signing in was answered with ${answer.status}: ${answer.text}`);
  const session = dashboardSession.parse(answer.json);
  const [setCookie = ''] = [answer.headers['set-cookie'] ?? []].flat();
  const [cookie = ''] = setCookie.split(';');
  const own: SignedIn['ask'] = (path, sent = {}) =>
    ask(url, path, {
      ...sent,
      headers: { ...headers, cookie, 'sec-fetch-site': 'same-origin', 'x-kici-csrf': session.csrf, ...sent.headers },
    });
  return {
    session,
    cookie,
    setCookie,
    ask: own,
    call(id, input = {}, organization = 'default') {
      const operation: Operation = operations[id];
      const { path, body } = requestOf(operation, organization, input);
      return own(path, { method: operation.method, body });
    },
  };
}
