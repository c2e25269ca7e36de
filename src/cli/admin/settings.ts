import { UsageError } from '../terminal/command-error.ts';
import { chooseMode } from '../value-input/mode.ts';
import type { SecretSetting } from './parameters/value.ts';
import type { OutputOf, ApiSession } from './session.ts';

type BackendTypes = OutputOf<'backends.types'>;
export type BackendType = BackendTypes['types'][number];
type Setting = BackendType['settings'][number];
type PlainSettings = Record<string, string | number | boolean>;

/** Turns a backend's settings from command-line words into the types of its schema. */
export async function readSettings(
  type: BackendType,
  words: Readonly<Record<string, string>>,
  secrets: readonly SecretSetting[],
  backend: string,
  session: ApiSession,
): Promise<{ settings: PlainSettings; sealedSettings: Record<string, string> }> {
  const settings = Object.fromEntries(
    Object.entries(words).map(([name, word]) => [name, plainValue(settingOf(type, name), word)]),
  );
  for (const { name } of secrets) {
    if (!settingOf(type, name).secret)
      throw new UsageError(`${name} is not a secret setting`, `give it with --set ${name}=…`);
  }
  refuseSharedStdin(secrets, session);
  const sealedSettings: Record<string, string> = {};
  for (const { name, flags } of secrets) {
    // One at a time: two prompts cannot share a terminal.
    // oxlint-disable-next-line no-await-in-loop
    const { bytes } = await session.readValue(flags, name);
    // oxlint-disable-next-line no-await-in-loop
    sealedSettings[name] = await session.seal({ purpose: 'backend setting', scope: backend, key: name }, bytes);
  }
  return { settings, sealedSettings };
}

export function findType({ types, problems }: BackendTypes, name: string): BackendType {
  const found = types.find(({ type }) => type === name);
  if (found !== undefined) return found;
  const choices = `choose one of ${types
    .filter(({ addable }) => addable)
    .map(({ type }) => type)
    .join(', ')}`;
  // The server may know the type from a package that this machine lacks.
  throw new UsageError(
    `there is no backend type ${JSON.stringify(name)}`,
    [choices, ...problems.map((one) => `${one.package} ${one.problem}: ${one.hint}`)].join('; or '),
  );
}

function settingOf(type: BackendType, name: string): Setting {
  const found = type.settings.find((setting) => setting.name === name);
  if (found === undefined)
    throw new UsageError(
      `${type.type} has no setting ${JSON.stringify(name)}`,
      `it has ${type.settings.map((setting) => setting.name).join(', ')}`,
    );
  return found;
}

function plainValue(setting: Setting, word: string): string | number | boolean {
  if (setting.secret)
    throw new UsageError(
      `${setting.name} is a secret setting, and --set would leave it in the shell's history`,
      `give it with --secret ${setting.name}`,
    );
  if (setting.type === 'boolean') {
    if (word !== 'true' && word !== 'false')
      throw new UsageError(
        `${setting.name} is true or false, not ${JSON.stringify(word)}`,
        `for example --set ${setting.name}=true`,
      );
    return word === 'true';
  }
  if (setting.type !== 'integer') return word;
  if (!/^-?\d{1,15}$/.test(word))
    throw new UsageError(
      `${setting.name} is a whole number, not ${JSON.stringify(word)}`,
      `for example --set ${setting.name}=${setting.example}`,
    );
  return Number(word);
}

function refuseSharedStdin(secrets: readonly SecretSetting[], session: ApiSession): void {
  const fromStdin = secrets.filter(({ flags }) => chooseMode(flags, session.io.stdin.isTTY === true).kind === 'stdin');
  if (fromStdin.length > 1)
    throw new UsageError(
      `${fromStdin.map(({ name }) => name).join(' and ')} cannot both be read from standard input`,
      'say where each comes from: --secret <name> --from-file <path>',
    );
}
