import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The folder of the user's own configuration: `$XDG_CONFIG_HOME/kici`, else `~/.config/kici`.
 * @param environment usually `process.env`
 */
export function configFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const base = environment['XDG_CONFIG_HOME'];
  return join(base !== undefined && base !== '' ? base : join(homedir(), '.config'), 'kici');
}

/**
 * Where an orchestrator leaves a token for the user who started it, and where that user's clients look when given none:
 * one file per address, mode 0600.
 */
export function localTokenFile(url: string, environment: Readonly<Record<string, string | undefined>>): string {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/[^A-Za-z0-9.-]/g, '_');
  return join(
    configFolder(environment),
    'tokens',
    `${host}-${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`,
  );
}

/** A link to the certificate that this orchestrator serves HTTPS with, beside its token. */
export function localCertificateLink(tokenFile: string): string {
  return `${tokenFile}.crt`;
}
