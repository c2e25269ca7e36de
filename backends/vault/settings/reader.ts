import { SecretValue, type Settings, type SettingsProblem } from '@kici-dev/secret-backend';
import type { Source } from '../config.ts';
import type { SettingName } from '../settings.ts';

/** Reads settings one by one and collects all problems; an invalid setting reads as missing. */
export class SettingsReader {
  readonly #settings: Settings;
  readonly problems: SettingsProblem[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  report(field: SettingName, problem: string, hint: string): undefined {
    this.problems.push({ field, problem, hint });
    return undefined;
  }

  text(name: SettingName): string | undefined {
    const value = this.#settings[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  secret(name: SettingName): SecretValue | undefined {
    const value = this.#settings[name];
    if (!(value instanceof SecretValue) || value.byteLength === 0) return undefined;
    return value.text() === undefined ? this.report(name, 'is not UTF-8 text', 'give the text itself') : value;
  }

  isSet(name: SettingName): boolean {
    const value = this.#settings[name];
    return value instanceof SecretValue ? value.byteLength > 0 : value !== undefined && value !== '';
  }

  choice<T extends string>(name: SettingName, choices: readonly T[]): T | undefined {
    return (
      choices.find((one) => one === this.#settings[name]) ??
      this.report(name, `is not one of ${choices.join(', ')}`, 'choose one of them')
    );
  }

  /** Text from one setting, or from a file that another names. */
  source(inline: SettingName, file: SettingName): Source | undefined {
    const value = this.secret(inline);
    const path = this.text(file);
    if (value !== undefined && path !== undefined)
      return this.report(file, `is set together with ${inline}`, 'keep one of them');
    if (path !== undefined) return { file: path, setting: file };
    return value === undefined ? undefined : { inline: value };
  }

  /** Without slashes around it; empty if not set. */
  path(name: SettingName): string {
    const trimmed = (this.text(name) ?? '').replaceAll(/^\/+|\/+$/g, '');
    if (trimmed !== '' && trimmed.split('/').some((segment) => segment === '' || segment === '.' || segment === '..'))
      this.report(name, 'has an empty, "." or ".." segment', 'give a plain path such as teams/shop');
    return trimmed;
  }

  /** For what goes into a header. */
  requirePrintable(name: SettingName, value: string | undefined): void {
    if (value !== undefined && !/^[\x21-\x7e]*$/.test(value))
      this.report(name, 'has characters that cannot be sent', 'use ASCII without white space');
  }

  address(name: SettingName): URL | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const url = URL.parse(given);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
      return this.report(name, 'is not an http or https address', 'give one such as https://vault.example.com:8200');
    if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
      return this.report(name, 'has more than a host, a port and a path', 'credentials belong in their own settings');
    return url;
  }
}
