import { BackendError, whyOf, type Failure } from '@kici-dev/secret-backend';
import type { VaultAnswer } from './wire/answer.ts';
import { isRecord, member } from './wire/json.ts';

/** The server's warning when version 2 is addressed by a path of version 1. */
export const versionedPathWarning = 'Invalid path for a versioned K/V secrets engine';

interface Meaning extends Failure {
  readonly detail?: string;
}

/**
 * Status codes that mean the same wherever they occur. Sources: Vault API docs, "HTTP status codes" and `/sys/health`.
 */
const meanings: Readonly<Record<number, Meaning>> = {
  400: { code: 'invalid_argument', detail: 'the server does not take the request' },
  403: { code: 'permission_denied' },
  405: { ...wrong('mount, kvVersion'), detail: 'the mount does not support this operation: check mount and kvVersion' },
  412: { code: 'stale_replica' },
  413: { code: 'too_large' },
  429: { code: 'throttled' },
  472: { code: 'stale_replica', detail: 'the server is a disaster-recovery secondary' },
  473: { code: 'stale_replica', detail: 'the server is a performance standby' },
  501: { code: 'sealed', detail: 'the server is not initialized' },
  502: { code: 'server_error', detail: 'the server, or one of its plugins, got no answer from what it depends on' },
  504: { code: 'timeout', detail: 'a gateway in front of the server gave up' },
};

function wrong(settings: string): Failure {
  return { code: 'misconfigured', reason: 'setting_wrong', about: settings };
}

/**
 * For every answer except 200 and 204, and for those if their body makes no sense. The server's own words are not
 * passed on.
 */
export function failureOf(answer: VaultAnswer): BackendError {
  const { code, detail, ...why } = meaningOf(answer);
  return new BackendError(code, {
    ...whyOf(why),
    ...(detail !== undefined && { detail }),
    ...(answer.retryAfterMs !== undefined && { retryAfterMs: answer.retryAfterMs }),
  });
}

function meaningOf(answer: VaultAnswer): Meaning {
  const { status } = answer;
  if (speaksOf(answer, 'refused JSON input due to high complexity'))
    return { code: 'too_large', detail: 'the path would hold more fields than the server takes in one request' };
  if (speaksOf(answer, 'too large'))
    return { code: 'too_large', detail: "the path would be larger than the server's storage takes" };
  if (speaksOf(answer, 'Upgrading from non-versioned to versioned'))
    return { code: 'server_error', detail: 'the mount is being upgraded to KV version 2' };
  if ((status === 400 || status === 403) && !isJudgement(answer))
    return {
      code: 'bad_answer',
      detail: `status ${status} came with a body that is not Vault's: check that the address is the server's, and https if it speaks TLS`,
    };
  const known = meanings[status];
  if (known !== undefined) return known;
  if (status === 404) return missing(answer);
  if (status === 503) return unavailable(answer);
  if (status >= 500) return { code: 'server_error', detail: `the server failed with status ${status}` };
  if (status >= 300 && status < 400)
    return {
      code: 'bad_answer',
      detail: "the server redirects to another address, which is not followed: give the active server's address",
    };
  return { code: 'bad_answer', detail: `the server answered with status ${status} and an unexpected body` };
}

function missing(answer: VaultAnswer): Meaning {
  if (speaksOf(answer, versionedPathWarning))
    return {
      ...wrong('kvVersion'),
      detail: 'the server warns of an invalid path for a versioned K/V secrets engine: kvVersion must be 2 or auto',
    };
  if (speaksOf(answer, 'no handler for route') || speaksOf(answer, 'unsupported path'))
    return { ...wrong('mount, namespace'), detail: 'there is no KV engine at this mount: check mount and namespace' };
  if (speaksOf(answer, 'namespace not found'))
    return {
      ...wrong('namespace, auth.namespace'),
      detail: 'there is no such namespace: check namespace and auth.namespace',
    };
  return { code: 'bad_answer', detail: "the server answered 404 with a body that is not Vault's" };
}

function unavailable(answer: VaultAnswer): Meaning {
  if (speaksOf(answer, 'sealed')) return { code: 'sealed' };
  if (speaksOf(answer, 'namespace')) return { code: 'server_error', detail: 'the namespace is locked' };
  return { code: 'server_error', detail: 'the server is not available, perhaps for maintenance' };
}

/** Whether an error or warning of the server contains these words. */
export function speaksOf(answer: VaultAnswer, words: string): boolean {
  return [member(answer.body, 'errors'), member(answer.body, 'warnings')].some(
    (texts) => Array.isArray(texts) && texts.some((text) => typeof text === 'string' && text.includes(words)),
  );
}

/** Whether the body is the server's own judgement: a list of errors. A proxy in front of it answers differently. */
export function isJudgement({ body }: VaultAnswer): boolean {
  return Array.isArray(member(body, 'errors'));
}

/** No permission, or an invalid token. */
export function isRefusal(answer: VaultAnswer): boolean {
  return answer.status === 403 && isJudgement(answer);
}

/** The only answer that proves absence: 404 with an empty list of errors. A proxy's page does not look like this. */
export function isNothing({ status, body }: VaultAnswer): boolean {
  const errors = member(body, 'errors');
  return (
    status === 404 &&
    isRecord(body) &&
    Array.isArray(errors) &&
    errors.length === 0 &&
    member(body, 'warnings') === undefined
  );
}
