import { randomBytes, verify, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '@kici-dev/secret-backend-conformance/testing';

/** A request to a token endpoint. */
export interface TokenRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface RunningTokenServices {
  readonly origin: string;
  readonly requests: TokenRequest[];
  /** Issued tokens, newest last. */
  readonly issued: string[];
  /** While set, replaces every answer. */
  refusal: { readonly status: number; readonly body: string } | undefined;
  /** While set, accepts every request but answers none. */
  silent: boolean;
  lifeSeconds: number;
  stop(): Promise<void>;
}

export interface TokenServiceOptions {
  /** Verifies the signed assertions that request a token. */
  readonly serviceAccountKey?: KeyObject;
  /** What the identity provider issues and the exchange accepts. */
  readonly subjectToken?: string;
  /** Makes issued tokens valid. */
  readonly onIssue: (token: string) => void;
}

/**
 * OAuth token endpoint, security token service, IAM credentials, identity provider and metadata server in one, each at
 * its path.
 */
export async function startTokenServices({
  serviceAccountKey,
  subjectToken,
  onIssue,
}: TokenServiceOptions): Promise<RunningTokenServices> {
  const issue = (): string => {
    const token = `ya29.${randomBytes(12).toString('hex')}`;
    state.issued.push(token);
    onIssue(token);
    return token;
  };
  const routes: Readonly<Record<string, (request: TokenRequest) => string | undefined>> = {
    '/token'({ body }) {
      const assertion = new URLSearchParams(body).get('assertion') ?? '';
      return serviceAccountKey !== undefined && isSigned(assertion, serviceAccountKey, `${state.origin}/token`)
        ? oauth()
        : undefined;
    },
    '/sts/v1/token'({ body }) {
      return subjectToken !== undefined && new URLSearchParams(body).get('subject_token') === subjectToken
        ? oauth()
        : undefined;
    },
    '/v1/projects/-/serviceAccounts/reader%40acme.iam.gserviceaccount.com:generateAccessToken'({ headers }) {
      if (
        !state.issued.some((token) => headers['authorization'] === `Bearer ${token}`) &&
        headers['authorization'] !== 'Bearer base-token'
      )
        return undefined;
      return JSON.stringify({
        accessToken: issue(),
        expireTime: new Date(Date.now() + state.lifeSeconds * 1000).toISOString(),
      });
    },
    '/idp': ({ headers }) => (headers['x-idp'] === 'yes' ? JSON.stringify({ value: subjectToken }) : undefined),
    '/computeMetadata/v1/instance': () => '{}',
    '/computeMetadata/v1/instance/service-accounts/default/token': () => oauth(),
  };
  const oauth = (): string =>
    JSON.stringify({ access_token: issue(), expires_in: state.lifeSeconds, token_type: 'Bearer' });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = {
      path: new URL(request.url ?? '/', 'http://localhost').pathname,
      headers: request.headers,
      body: await text(request),
    };
    state.requests.push(asked);
    if (state.silent) return;
    const body = state.refusal === undefined ? routes[asked.path]?.(asked) : undefined;
    const { status, body: refused } = state.refusal ?? {
      status: 400,
      body: '{"error":"invalid_grant","error_description":"no such key"}',
    };
    response.writeHead(body === undefined ? status : 200, {
      'content-type': 'application/json',
      'metadata-flavor': 'Google',
    });
    response.end(body ?? refused);
  };
  const server = await listen(
    createServer((request, response) => void serve(request, response).catch(() => response.destroy())),
  );
  const state: RunningTokenServices = {
    origin: `http://127.0.0.1:${server.port}`,
    requests: [],
    issued: [],
    refusal: undefined,
    silent: false,
    lifeSeconds: 3600,
    stop: () => server.stop(),
  };
  return state;
}

function isSigned(assertion: string, key: KeyObject, audience: string): boolean {
  const [header = '', claims = '', signature = ''] = assertion.split('.');
  const { aud, iss, scope, exp, iat } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  return (
    verify('RSA-SHA256', Buffer.from(`${header}.${claims}`), key, Buffer.from(signature, 'base64url')) &&
    aud === audience &&
    typeof iss === 'string' &&
    scope === 'https://www.googleapis.com/auth/cloud-platform' &&
    exp - iat <= 3600
  );
}
