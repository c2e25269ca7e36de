import { SecretValue, wrongSetting, type BackendError, type Settings } from '@kici-dev/secret-backend';

/** Where an AWS service is reached, and with which identity. */
export interface AccessConfig {
  readonly region: string;
  readonly endpoint: URL;
  readonly signIn: SignInConfig;
}

export interface SignInConfig {
  readonly source: CredentialSource;
  /** Assumed in this order. */
  readonly roles: readonly string[];
  /** Sent with the last role. */
  readonly externalId: string | undefined;
  readonly stsEndpoint: URL;
}

export type CredentialSource =
  | {
      readonly method: 'keys';
      readonly accessKeyId: string;
      readonly secretAccessKey: SecretValue;
      readonly sessionToken: SecretValue | undefined;
    }
  | { readonly method: 'web-identity'; readonly tokenFile: string; readonly role: string }
  | { readonly method: 'profile'; readonly profile: string; readonly credentialsFile: string | undefined }
  | { readonly method: 'default-chain' };

/**
 * @param service as in AWS host names, such as `secretsmanager`
 * @throws BackendError `misconfigured`, naming the setting
 */
export function readAccess(settings: Settings, service: string): AccessConfig {
  const region = text(settings, 'region');
  return {
    region,
    endpoint: address(settings, 'endpoint') ?? publicEndpoint(service, region),
    signIn: {
      source: readSource(settings),
      roles: optionalText(settings, 'auth.roles')?.split(' ') ?? [],
      externalId: optionalText(settings, 'auth.externalId'),
      stsEndpoint: address(settings, 'auth.stsEndpoint') ?? publicEndpoint('sts', region),
    },
  };
}

function readSource(settings: Settings): CredentialSource {
  const method = optionalText(settings, 'auth.method') ?? 'keys';
  switch (method) {
    case 'keys':
      return {
        method,
        accessKeyId: text(settings, 'auth.accessKeyId'),
        secretAccessKey: requireSecret(settings, 'auth.secretAccessKey'),
        sessionToken: secret(settings, 'auth.sessionToken'),
      };
    case 'web-identity':
      return { method, tokenFile: text(settings, 'auth.tokenFile'), role: text(settings, 'auth.webIdentityRole') };
    case 'profile':
      return {
        method,
        profile: text(settings, 'auth.profile'),
        credentialsFile: optionalText(settings, 'auth.credentialsFile'),
      };
    case 'default-chain':
      return { method };
    default:
      throw misconfigured('auth.method', 'is not one of the methods');
  }
}

/** Given in full, so that no environment variable or shared file of the server redirects the calls. */
function publicEndpoint(service: string, region: string): URL {
  return new URL(`https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
}

function address(settings: Settings, field: string): URL | undefined {
  const given = optionalText(settings, field);
  if (given === undefined) return undefined;
  const url = URL.parse(given);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw misconfigured(field, 'is not an http or https address');
  if (url.username !== '' || url.password !== '') throw misconfigured(field, 'holds a user name or password');
  return url;
}

function text(settings: Settings, field: string): string {
  const given = optionalText(settings, field);
  if (given === undefined || given === '') throw misconfigured(field, 'is missing');
  return given;
}

export function optionalText(settings: Settings, field: string): string | undefined {
  const given = settings[field];
  if (given === undefined || typeof given === 'string') return given;
  throw misconfigured(field, 'is not text');
}

function secret(settings: Settings, field: string): SecretValue | undefined {
  const given = settings[field];
  if (given === undefined || given instanceof SecretValue) return given;
  throw misconfigured(field, 'is not a secret');
}

function requireSecret(settings: Settings, field: string): SecretValue {
  const given = secret(settings, field);
  if (given === undefined) throw misconfigured(field, 'is missing');
  return given;
}

export function misconfigured(field: string, problem: string): BackendError {
  return wrongSetting(field, `the setting ${field} ${problem}`);
}
