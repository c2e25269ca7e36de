import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import type { BackendHost, Parsed, SecretValue } from '@kici-dev/secret-backend';
import type { SafeFetch } from '../service/fetch.ts';
import { parseCredentialJson, textIn } from './credential-json.ts';
import { ask, cloudPlatform, form, readOauthToken } from './exchange.ts';
import { parseCredentialUrl, type HostRule } from './hosts.ts';
import type { TokenSource } from './sign-in.ts';

/** A service account's key, from the JSON file that Google issues for it. */
export interface ServiceAccount {
  readonly email: string;
  readonly key: KeyObject;
  readonly keyId: string | undefined;
  readonly tokenUrl: URL;
}

const lifeSeconds = 3_600;
const service = "Google's token service";

/** Parses a service account's key file; its token address must be Google's or allowed. */
export function parseServiceAccount(json: SecretValue, isAllowed: HostRule): Parsed<ServiceAccount> {
  const parsed = parseCredentialJson(json, 'service_account');
  if (!parsed.ok) return parsed;
  const email = textIn(parsed.value, 'client_email');
  const key = parseKey(textIn(parsed.value, 'private_key'));
  if (email === undefined || key === undefined)
    return { ok: false, reason: 'it lacks client_email, or an RSA key in private_key' };
  const tokenUrl = parseCredentialUrl(
    'token_uri',
    textIn(parsed.value, 'token_uri') ?? 'https://oauth2.googleapis.com/token',
    isAllowed,
  );
  return tokenUrl.ok
    ? { ok: true, value: { email, key, keyId: textIn(parsed.value, 'private_key_id'), tokenUrl: tokenUrl.value } }
    : tokenUrl;
}

function parseKey(pem: string | undefined): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem ?? '');
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Signs in by RFC 7523, as described in "Using OAuth 2.0 for server to server applications". */
export function serviceAccountTokens(account: ServiceAccount, host: BackendHost, safeFetch: SafeFetch): TokenSource {
  return async (signal) => {
    const assertion = signAssertion(account, Math.floor(host.now() / 1000));
    const options = { ...form({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }), signal };
    return readOauthToken(
      await ask(safeFetch, { url: account.tokenUrl, service, options, refused: 'unauthenticated' }),
      service,
      host.now(),
    );
  };
}

function signAssertion({ email, key, keyId, tokenUrl }: ServiceAccount, now: number): string {
  const header = { alg: 'RS256', typ: 'JWT', ...(keyId !== undefined && { kid: keyId }) };
  const claims = { iss: email, scope: cloudPlatform, aud: tokenUrl.href, iat: now, exp: now + lifeSeconds };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}
