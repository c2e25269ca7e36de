import type { Settings } from '@kici-dev/secret-backend';
import { misconfigured, optionalText, readAccess, type AccessConfig } from './service/access-config.ts';
import { parseSharedSecrets, type SharedSecrets } from './shared-secrets.ts';

export interface AwsConfig extends AccessConfig {
  readonly layout: 'secret-per-key' | 'object-per-scope';
  readonly prefix: string;
  readonly sharedSecrets: SharedSecrets;
  /** Applied to new secrets. */
  readonly creation: {
    readonly kmsKeyId: string | undefined;
    readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  };
  readonly deletionWindowDays: number;
}

/**
 * The settings in the form that the rest of this package uses.
 * @throws BackendError `misconfigured`, naming the setting
 */
export function readConfig(settings: Settings): AwsConfig {
  const access = readAccess(settings, 'secretsmanager');
  const layout = optionalText(settings, 'layout') ?? 'secret-per-key';
  if (layout !== 'secret-per-key' && layout !== 'object-per-scope')
    throw misconfigured('layout', 'is not one of the layouts');
  const prefix = optionalText(settings, 'prefix') ?? '';
  const {
    secrets: sharedSecrets,
    problems: [problem],
  } = parseSharedSecrets(optionalText(settings, 'sharedSecrets'), { region: access.region, prefix, layout });
  if (problem !== undefined) throw misconfigured('sharedSecrets', `is not valid: ${problem.problem}; ${problem.hint}`);
  return {
    ...access,
    layout,
    prefix,
    sharedSecrets,
    creation: { kmsKeyId: optionalText(settings, 'kmsKeyId'), tags: readTags(optionalText(settings, 'tags')) },
    deletionWindowDays: number(settings, 'deletionWindowDays', 30),
  };
}

function readTags(given: string | undefined): { Key: string; Value: string }[] {
  return (given?.split(',') ?? []).map((tag) => {
    const equals = tag.indexOf('=');
    if (equals < 1) throw misconfigured('tags', 'has a tag that is not NAME=VALUE');
    return { Key: tag.slice(0, equals), Value: tag.slice(equals + 1) };
  });
}

function number(settings: Settings, field: string, otherwise: number): number {
  const given = settings[field] ?? otherwise;
  if (typeof given !== 'number') throw misconfigured(field, 'is not a number');
  return given;
}
