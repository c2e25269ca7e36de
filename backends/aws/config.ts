import { SecretValue, wrongSetting, type BackendError, type Settings } from '@kici-dev/secret-backend';
import { parseSharedSecrets, type SharedSecrets } from './shared-secrets.ts';

export interface AwsConfig {
  readonly region: string;
  readonly endpoint: URL;
  readonly layout: 'secret-per-key' | 'object-per-scope';
  readonly prefix: string;
  readonly sharedSecrets: SharedSecrets;
  readonly signIn: SignInConfig;
  /** For secrets that are created. */
  readonly creation: {
    readonly kmsKeyId: string | undefined;
    readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  };
  readonly deletionWindowDays: number;
}

export interface SignInConfig {
  readonly source: CredentialSource;
  /** Assumed one after another. */
  readonly roles: readonly string[];
  /** Goes with the last role. */
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
 * The settings as the rest of this package takes them.
 * @throws BackendError `misconfigured`, naming the setting
 */
export function readConfig(settings: Settings): AwsConfig {
  const region = text(settings, 'region');
  const layout = optionalText(settings, 'layout') ?? 'secret-per-key';
  if (layout !== 'secret-per-key' && layout !== 'object-per-scope')
    throw misconfigured('layout', 'is none of the layouts');
  const prefix = optionalText(settings, 'prefix') ?? '';
  const {
    secrets: sharedSecrets,
    problems: [problem],
  } = parseSharedSecrets(optionalText(settings, 'sharedSecrets'), { region, prefix, layout });
  if (problem !== undefined)
    throw misconfigured('sharedSecrets', `cannot be taken: ${problem.problem}; ${problem.hint}`);
  return {
    region,
    endpoint: address(settings, 'endpoint') ?? publicEndpoint('secretsmanager', region),
    layout,
    prefix,
    sharedSecrets,
    signIn: {
      source: readSource(settings),
      roles: optionalText(settings, 'auth.roles')?.split(' ') ?? [],
      externalId: optionalText(settings, 'auth.externalId'),
      stsEndpoint: address(settings, 'auth.stsEndpoint') ?? publicEndpoint('sts', region),
    },
    creation: { kmsKeyId: optionalText(settings, 'kmsKeyId'), tags: readTags(optionalText(settings, 'tags')) },
    deletionWindowDays: number(settings, 'deletionWindowDays', 30),
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
      throw misconfigured('auth.method', 'is none of the methods');
  }
}

/** Given in full, so that no environment variable or shared file of the server sends the calls elsewhere. */
function publicEndpoint(service: string, region: string): URL {
  return new URL(`https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
}

function readTags(given: string | undefined): { Key: string; Value: string }[] {
  return (given?.split(',') ?? []).map((tag) => {
    const equals = tag.indexOf('=');
    if (equals < 1) throw misconfigured('tags', 'has a tag that is not NAME=VALUE');
    return { Key: tag.slice(0, equals), Value: tag.slice(equals + 1) };
  });
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

function optionalText(settings: Settings, field: string): string | undefined {
  const given = settings[field];
  if (given === undefined || typeof given === 'string') return given;
  throw misconfigured(field, 'is not text');
}

function number(settings: Settings, field: string, otherwise: number): number {
  const given = settings[field] ?? otherwise;
  if (typeof given !== 'number') throw misconfigured(field, 'is not a number');
  return given;
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

function misconfigured(field: string, problem: string): BackendError {
  return wrongSetting(field, `the setting ${field} ${problem}`);
}
