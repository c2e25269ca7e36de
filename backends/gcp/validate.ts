import { parseScopePath, SecretValue, type Settings, type SettingsProblem } from '@kici-dev/secret-backend';
import { parseServiceAccount } from './auth/service-account.ts';
import { parseWorkloadIdentity } from './auth/workload-identity.ts';
import { allowedHosts } from './auth/hosts.ts';
import { parseEndpoint } from './service/endpoint.ts';
import { textOf } from './settings.ts';

/** Rules across settings. A problem names fields and rules, never what a secret holds. */
export function validate(settings: Settings): readonly SettingsProblem[] {
  return [...addresses(settings), ...scope(settings), ...credentials(settings)];
}

function addresses(settings: Settings): SettingsProblem[] {
  return ['endpoint', 'auth.iamEndpoint'].flatMap((field) => {
    const text = textOf(settings, field);
    const parsed = text === undefined ? undefined : parseEndpoint(text);
    return parsed === undefined || parsed.ok
      ? []
      : [{ field, problem: parsed.reason, hint: 'give a host and a port, as in https://secretmanager.googleapis.com' }];
  });
}

function scope(settings: Settings): SettingsProblem[] {
  if (settings['naming'] !== 'flat' || settings['layout'] === 'object-per-scope') return [];
  const parsed = parseScopePath(textOf(settings, 'scope') ?? '');
  return parsed.ok
    ? []
    : [{ field: 'scope', problem: parsed.reason, hint: 'name the one scope that holds the flat ids' }];
}

function credentials(settings: Settings): SettingsProblem[] {
  const method = settings['auth.method'];
  const json = settings['auth.credentials'];
  if (method === 'token') {
    const token = settings['auth.token'];
    const problem = !(token instanceof SecretValue)
      ? 'it is missing'
      : isToken(token)
        ? undefined
        : 'it is not an access token, which is one line of printable ASCII';
    return problem === undefined
      ? []
      : [{ field: 'auth.token', problem, hint: 'give an access token, or choose another auth.method' }];
  }
  if (method !== 'service-account' && method !== 'workload-identity') return [];
  const hasFile = textOf(settings, 'auth.credentialsFile') !== undefined;
  if (json instanceof SecretValue === hasFile) {
    return [
      {
        field: 'auth.credentials',
        problem: 'give either this or auth.credentialsFile, not both',
        hint: 'give the JSON itself, or the path of its file',
      },
    ];
  }
  if (!(json instanceof SecretValue)) return [];
  const hosts = allowedHosts(textOf(settings, 'auth.allowedHosts'));
  const parsed = method === 'service-account' ? parseServiceAccount(json, hosts) : parseWorkloadIdentity(json, hosts);
  return parsed.ok
    ? []
    : [
        {
          field: 'auth.credentials',
          problem: parsed.reason,
          hint: 'give the JSON as Google Cloud made it; auth.allowedHosts names further hosts that it may use',
        },
      ];
}

/** What a header can carry; a final line end is tolerated. */
function isToken(value: SecretValue): boolean {
  return /^[\x21-\x7e]+$/.test(value.text()?.trim() ?? '');
}
