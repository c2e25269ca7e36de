import { onTestFinished } from 'vitest';
import { parseScopePath, type ScopePath, type SecretBackend, type SecretRef } from '@kici-dev/secret-backend';
import { vaultDefinition } from '../../index.ts';
import type { SettingName } from '../../settings.ts';
import type { FakeVault } from '../fake/fake-vault.ts';
import { openGateway, type Gateway } from './gateway.ts';
import { createHost, settingsOf, type HostOptions, type TestHost } from './host.ts';
import { administer, fakeServer, type TestServer } from './server.ts';

export interface Opened {
  readonly backend: SecretBackend;
  readonly gateway: Gateway;
  readonly server: TestServer;
  readonly fake: FakeVault;
  readonly host: TestHost;
  /** With the root token, bypassing the adapter; a path of version 2 includes its `data/`. */
  readonly put: (path: string, body: object) => Promise<unknown>;
  /** Another backend over the same server. */
  readonly another: (settings?: Partial<Record<SettingName, string>>) => Promise<SecretBackend>;
}

/** A backend over its own fake, which ends with the test. Signs in with the root token unless the settings differ. */
export async function openVault(
  settings: Partial<Record<SettingName, string>> = {},
  options: HostOptions = {},
): Promise<Opened> {
  const server = fakeServer();
  const gateway = await openGateway(server.upstream);
  onTestFinished(() => gateway.close());
  const host = createHost(options);
  const another = async (more: Partial<Record<SettingName, string>> = {}): Promise<SecretBackend> => {
    const token =
      settings['auth.method'] === undefined && more['auth.method'] === undefined
        ? { 'auth.token': server.rootToken }
        : {};
    const backend = await vaultDefinition.create(
      settingsOf({ address: gateway.address, ...token, ...settings, ...more }),
      host,
    );
    onTestFinished(() => backend.close());
    return backend;
  };
  return {
    backend: await another(),
    gateway,
    server,
    fake: server.fake,
    host,
    another,
    put: (path, body) => administer(server, 'POST', path, body),
  };
}

export function scope(text: string): ScopePath {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

export function ref(path: string, key: string, version?: string): SecretRef {
  return { scope: scope(path), key, ...(version !== undefined && { version }) };
}
