import { isIP } from 'node:net';
import {
  BackendError,
  SecretValue,
  type BackendHost,
  type CallContext,
  type SettingField,
  type Settings,
} from '@kici-dev/secret-backend';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { createFileReader } from '@kici-dev/secret-federation';
import { settings as schema, type SettingName } from '../../settings.ts';

export interface TestHost extends BackendHost {
  /** Names that connections resolved. */
  readonly resolved: readonly string[];
  readonly logged: readonly string[];
}

export interface HostOptions {
  readonly paths?: readonly string[];
  /** Names that stand for this machine; all others, and all addresses but 127.0.0.1, are refused. */
  readonly names?: readonly string[];
}

/** Refuses everything that is not on this machine, as an allow-list would. */
export function createHost({ paths = [], names = [] }: HostOptions = {}): TestHost {
  const resolved: string[] = [];
  const logged: string[] = [];
  const host = testHost({
    name: 'corp-vault',
    ambient: { credentials: false, paths },
    readFile: createFileReader(paths),
    async resolveAddress(hostname) {
      resolved.push(hostname);
      if (hostname !== '127.0.0.1' && (isIP(hostname) !== 0 || !names.includes(hostname)))
        throw new BackendError('permission_denied', { detail: 'the address is not on the allow-list' });
      return [{ address: '127.0.0.1', family: 4 }];
    },
    log: (level, message, fields) => {
      logged.push(JSON.stringify({ level, message, ...fields }));
    },
  });
  return { ...host, resolved, logged };
}

/** As the host passes them: defaults filled in, secrets wrapped. */
export function settingsOf(given: Partial<Record<SettingName, string>>): Settings {
  const fields: Readonly<Record<string, SettingField>> = schema;
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const text =
        Object.entries(given).find(([key]) => key === name)?.[1] ?? ('default' in field ? field.default : undefined);
      return [name, field.secret === true && typeof text === 'string' ? SecretValue.fromText(text) : text];
    }),
  );
}

export function context(timeoutMs = 10_000): CallContext {
  return { signal: AbortSignal.timeout(timeoutMs), deadline: Date.now() + timeoutMs };
}
