import type { AuthConfig } from '../config.ts';
import type { SettingsReader } from './reader.ts';

/** How to sign in; undefined if the settings do not say enough. */
export function readAuth(reader: SettingsReader): AuthConfig | undefined {
  const method = reader.choice('auth.method', ['token', 'approle', 'kubernetes', 'jwt', 'cert']);
  const mountOf = (name: string): string => reader.path('auth.mount') || name;
  const role = reader.text('auth.role');
  switch (method) {
    case undefined:
      return undefined;
    case 'token':
      return readToken(reader);
    case 'approle': {
      const roleId =
        reader.text('auth.roleId') ??
        reader.report('auth.roleId', 'is missing', 'read it with `vault read auth/approle/role/NAME/role-id`');
      return roleId === undefined
        ? undefined
        : { method, mount: mountOf(method), roleId, secretId: reader.secret('auth.secretId') };
    }
    case 'kubernetes':
    case 'jwt': {
      if (method === 'kubernetes' && role === undefined)
        reader.report('auth.role', 'is missing', 'name the role of the Kubernetes auth method');
      const jwt =
        reader.source('auth.jwt', 'auth.jwtFile') ??
        reader.report('auth.jwt', 'is missing', 'give auth.jwt or auth.jwtFile');
      return jwt && { method, mount: mountOf(method), role, jwt };
    }
    case 'cert':
      if (reader.text('tls.certFile') === undefined && reader.secret('tls.cert') === undefined)
        reader.report('tls.cert', 'is missing', 'sign-in by certificate needs tls.cert and tls.key');
      return { method, mount: mountOf(method), role };
  }
}

function readToken(reader: SettingsReader): AuthConfig | undefined {
  const token =
    reader.secret('auth.token') ??
    reader.report('auth.token', 'is missing', 'give the token, or choose another auth.method');
  const sent = token?.text()?.trim();
  if (sent === '') reader.report('auth.token', 'is only white space', 'give the token itself');
  reader.requirePrintable('auth.token', sent);
  return token && { method: 'token', token };
}
