import { SecretValue, wrongSetting, type BackendError, type Settings } from '@kici-dev/secret-backend';
import { formatNames, type Format } from './documents/formats.ts';

export interface SopsConfig {
  readonly folder: string;
  readonly ageKey: SecretValue;
  readonly program: string;
  readonly recipients: readonly string[];
  readonly format: Format;
}

/** @throws BackendError `misconfigured`, naming the setting */
export function readConfig(settings: Settings): SopsConfig {
  const { ageKey } = settings;
  if (!(ageKey instanceof SecretValue)) throw misconfigured('ageKey', 'is missing');
  if (ageKey.text()?.includes('AGE-SECRET-KEY-') !== true) throw misconfigured('ageKey', 'holds no age identity');
  const format = formatNames.find((name) => name === (settings['format'] ?? 'yaml'));
  if (format === undefined) throw misconfigured('format', 'is not one of the formats');
  return {
    folder: text(settings, 'folder') ?? '',
    ageKey,
    program: text(settings, 'program') ?? '/usr/local/bin/sops',
    recipients: text(settings, 'recipients')?.split(' ') ?? [],
    format,
  };
}

function text(settings: Settings, field: string): string | undefined {
  const given = settings[field];
  if (given === undefined || typeof given === 'string') return given;
  throw misconfigured(field, 'is not text');
}

function misconfigured(field: string, problem: string): BackendError {
  return wrongSetting(field, `the setting ${field} ${problem}`);
}
