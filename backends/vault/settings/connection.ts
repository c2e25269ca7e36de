import type { ProxyConfig, TlsConfig } from '../config.ts';
import type { SettingName } from '../settings.ts';
import type { SettingsReader } from './reader.ts';

const tlsSettings = [
  'tls.ca',
  'tls.caFile',
  'tls.cert',
  'tls.certFile',
  'tls.key',
  'tls.keyFile',
  'tls.serverName',
] as const satisfies readonly SettingName[];

/** The settings for TLS to the server. */
export function readTls(reader: SettingsReader, server: URL | undefined): TlsConfig {
  const tls = {
    ca: reader.source('tls.ca', 'tls.caFile'),
    cert: reader.source('tls.cert', 'tls.certFile'),
    key: reader.source('tls.key', 'tls.keyFile'),
    serverName: reader.text('tls.serverName'),
  };
  if ((tls.cert === undefined) !== (tls.key === undefined))
    reader.report(
      tls.cert === undefined ? 'tls.cert' : 'tls.key',
      'is missing',
      'a client certificate needs its key, and a key its certificate',
    );
  if (server?.protocol === 'http:')
    for (const name of tlsSettings)
      if (reader.isSet(name))
        reader.report(name, 'has no effect where the address is http', 'give the https address of the server');
  return tls;
}

/** The proxy to the server; undefined without one. */
export function readProxy(reader: SettingsReader): ProxyConfig | undefined {
  const address = reader.address('proxy.address');
  const username = reader.text('proxy.username');
  const password = reader.secret('proxy.password');
  if (username?.includes(':') === true)
    reader.report('proxy.username', 'has a colon, which ends a user name', 'put what follows it into proxy.password');
  if (username !== undefined && reader.text('proxy.address') === undefined)
    reader.report('proxy.username', 'is set without proxy.address', 'give the address of the proxy');
  if (password !== undefined && username === undefined)
    reader.report('proxy.password', 'is set without proxy.username', 'give the user of the proxy');
  return address && { address, username, password };
}
