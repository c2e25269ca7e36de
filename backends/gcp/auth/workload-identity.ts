import { BackendError, SecretValue, type BackendHost, type Parsed } from '@kici-dev/secret-backend';
import type { SafeFetch } from '../service/fetch.ts';
import { property } from '../service/property.ts';
import { parseCredentialJson, textIn } from './credential-json.ts';
import { ask, cloudPlatform, form, parse, readOauthToken } from './exchange.ts';
import { parseCredentialUrl, type HostRule } from './hosts.ts';
import { impersonate } from './impersonation.ts';
import type { TokenSource } from './sign-in.ts';

export interface WorkloadIdentity {
  readonly audience: string;
  readonly subjectTokenType: string;
  readonly tokenUrl: URL;
  readonly source: SubjectTokenSource;
  /** The field of a JSON answer that holds the token; `undefined`: the whole answer is the token. */
  readonly tokenField: string | undefined;
  readonly impersonationUrl: URL | undefined;
  /** Billed for the exchange, with workforce pools. */
  readonly userProject: string | undefined;
}

export type SubjectTokenSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: URL; readonly headers: Headers };

/** Source: AIP-4117, "External account credentials". */
export function parseWorkloadIdentity(json: SecretValue, isAllowed: HostRule): Parsed<WorkloadIdentity> {
  const parsed = parseCredentialJson(json, 'external_account');
  if (!parsed.ok) return parsed;
  const config = parsed.value;
  const [audience, subjectTokenType] = [textIn(config, 'audience'), textIn(config, 'subject_token_type')];
  if (audience === undefined || subjectTokenType === undefined)
    return { ok: false, reason: 'it lacks audience or subject_token_type' };
  const tokenUrl = parseCredentialUrl(
    'token_url',
    property(config, 'token_url') ?? 'https://sts.googleapis.com/v1/token',
    isAllowed,
  );
  if (!tokenUrl.ok) return tokenUrl;
  const asked: unknown = property(config, 'service_account_impersonation_url');
  const impersonation =
    asked === undefined ? undefined : parseCredentialUrl('service_account_impersonation_url', asked, isAllowed);
  if (impersonation?.ok === false) return impersonation;
  const credentialSource: unknown = property(config, 'credential_source');
  const source = parseSource(credentialSource, isAllowed);
  if (!source.ok) return source;
  const format: unknown = property(credentialSource, 'format');
  const tokenField = textIn(format, 'type') === 'json' ? textIn(format, 'subject_token_field_name') : undefined;
  if (textIn(format, 'type') === 'json' && tokenField === undefined)
    return { ok: false, reason: 'credential_source.format lacks subject_token_field_name' };
  return {
    ok: true,
    value: {
      audience,
      subjectTokenType,
      tokenUrl: tokenUrl.value,
      source: source.value,
      tokenField,
      impersonationUrl: impersonation?.value,
      userProject: textIn(config, 'workforce_pool_user_project'),
    },
  };
}

/** Never runs programs or inspects the machine's surroundings: both are for `ambient`. */
function parseSource(source: unknown, isAllowed: HostRule): Parsed<SubjectTokenSource> {
  for (const refused of ['executable', 'environment_id', 'certificate']) {
    if (property(source, refused) !== undefined)
      return {
        ok: false,
        reason: `credential_source.${refused} is not accepted in settings; give a file or a url, or use auth.method=ambient`,
      };
  }
  const path = textIn(source, 'file');
  const asked: unknown = property(source, 'url');
  if ((path === undefined) === (asked === undefined))
    return { ok: false, reason: 'credential_source names either a file or a url' };
  if (path !== undefined) return { ok: true, value: { kind: 'file', path } };
  const url = parseCredentialUrl('credential_source.url', asked, isAllowed);
  if (!url.ok) return url;
  const headers: unknown = property(source, 'headers');
  const texts = Object.entries(typeof headers === 'object' && headers !== null ? headers : {}).map(
    ([name, value]): [string, string] => [name, String(value)],
  );
  try {
    return { ok: true, value: { kind: 'url', url: url.value, headers: new Headers(texts) } };
  } catch {
    return { ok: false, reason: 'credential_source.headers are not headers' };
  }
}

const service = "Google's security token service";

/** Source: RFC 8693. */
export function workloadIdentityTokens(
  identity: WorkloadIdentity,
  host: BackendHost,
  safeFetch: SafeFetch,
): TokenSource {
  const federated: TokenSource = async (signal) => {
    const options = {
      ...form({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        audience: identity.audience,
        scope: cloudPlatform,
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        subject_token_type: identity.subjectTokenType,
        subject_token: await subjectToken(identity, host, safeFetch, signal),
        ...(identity.userProject !== undefined && { options: JSON.stringify({ userProject: identity.userProject }) }),
      }),
      signal,
    };
    return readOauthToken(
      await ask(safeFetch, { url: identity.tokenUrl, service, options, refused: 'unauthenticated' }),
      service,
      host.now(),
    );
  };
  return identity.impersonationUrl === undefined
    ? federated
    : impersonate(federated, identity.impersonationUrl, safeFetch);
}

async function subjectToken(
  { source, tokenField }: WorkloadIdentity,
  host: BackendHost,
  safeFetch: SafeFetch,
  signal: AbortSignal,
): Promise<string> {
  const body =
    source.kind === 'file'
      ? ((await host.readFile('auth.credentials', source.path)).contents.text() ?? '')
      : await ask(safeFetch, {
          url: source.url,
          service: 'the identity provider',
          options: { headers: source.headers, signal },
          refused: 'unauthenticated',
        });
  const token: unknown = tokenField === undefined ? body.trim() : property(parse(body), tokenField);
  if (typeof token !== 'string' || token === '')
    throw new BackendError('unauthenticated', { detail: 'signing in: the credential source holds no token' });
  return token;
}
