import {
  BackendError,
  SecretValue,
  wrongSetting,
  type BackendHost,
  type Parsed,
  type Settings,
} from '@kici-dev/secret-backend';
import type { SafeFetch } from '../service/fetch.ts';
import { textOf } from '../settings.ts';
import { ambientTokens } from './ambient.ts';
import { allowedHosts, type HostRule } from './hosts.ts';
import { impersonate, impersonationUrl } from './impersonation.ts';
import { parseServiceAccount, serviceAccountTokens } from './service-account.ts';
import { createSignIn, givenToken, type SignIn, type TokenSource } from './sign-in.ts';
import { parseWorkloadIdentity, workloadIdentityTokens } from './workload-identity.ts';

export interface ChosenSignIn {
  readonly signIn: SignIn;
  /** The tokens' owner, if the settings say so. */
  readonly identity: string | undefined;
}

/**
 * The sign-in that the settings choose.
 * @throws BackendError `misconfigured`
 */
export function chooseSignIn(settings: Settings, host: BackendHost, safeFetch: SafeFetch): ChosenSignIn {
  const email = textOf(settings, 'auth.impersonate');
  const given = settings['auth.method'] === 'token' ? settings['auth.token'] : undefined;
  if (given instanceof SecretValue && email === undefined)
    return { signIn: givenToken(given.text()?.trim() ?? ''), identity: undefined };
  const base: TokenSource =
    given instanceof SecretValue
      ? async () => ({ token: given.text()?.trim() ?? '' })
      : chooseSource(settings, host, safeFetch);
  if (email === undefined) return { signIn: createSignIn(base, host), identity: emailOf(settings) };
  const url = impersonationUrl(textOf(settings, 'auth.iamEndpoint') ?? 'https://iamcredentials.googleapis.com', email);
  return { signIn: createSignIn(impersonate(base, url, safeFetch), host), identity: email };
}

function chooseSource(settings: Settings, host: BackendHost, safeFetch: SafeFetch): TokenSource {
  const project = textOf(settings, 'project') ?? '';
  switch (textOf(settings, 'auth.method')) {
    case 'service-account':
      return fromJson(settings, host, parseServiceAccount, (account) => serviceAccountTokens(account, host, safeFetch));
    case 'workload-identity':
      return fromJson(settings, host, parseWorkloadIdentity, (identity) =>
        workloadIdentityTokens(identity, host, safeFetch),
      );
    case 'ambient':
      if (!host.ambient.credentials)
        throw new BackendError('misconfigured', {
          reason: 'setting_not_allowed',
          about: 'auth.method',
          detail:
            "auth.method=ambient uses the credentials of the server's machine, which its configuration does not allow",
        });
      return ambientTokens(project);
    case undefined:
    default:
      throw wrongSetting('auth.method', 'auth.method is not one of ambient, service-account, workload-identity, token');
  }
}

type Parse<T> = (json: SecretValue, isAllowed: HostRule) => Parsed<T>;

/** The file is read at each sign-in, so that a rotated one is noticed. */
function fromJson<T>(
  settings: Settings,
  host: BackendHost,
  parse: Parse<T>,
  toSource: (credentials: T) => TokenSource,
): TokenSource {
  const isAllowed = allowedHosts(textOf(settings, 'auth.allowedHosts'));
  const json = settings['auth.credentials'];
  const path = textOf(settings, 'auth.credentialsFile') ?? '';
  if (json instanceof SecretValue) return toSource(required('auth.credentials', parse(json, isAllowed)));
  return async (signal) => {
    const { contents } = await host.readFile('auth.credentialsFile', path);
    return toSource(required('auth.credentialsFile', parse(contents, isAllowed)))(signal);
  };
}

function required<T>(field: string, parsed: Parsed<T>): T {
  if (!parsed.ok) throw wrongSetting(field, `${field}: ${parsed.reason}`);
  return parsed.value;
}

function emailOf(settings: Settings): string | undefined {
  const json = settings['auth.credentials'];
  if (settings['auth.method'] !== 'service-account' || !(json instanceof SecretValue)) return undefined;
  const parsed = parseServiceAccount(json, allowedHosts(textOf(settings, 'auth.allowedHosts')));
  return parsed.ok ? parsed.value.email : undefined;
}
