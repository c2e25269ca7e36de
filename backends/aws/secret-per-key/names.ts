import { parseScopePath, type ScopePath, type SecretRef } from '@kici-dev/secret-backend';
import { isSecretName } from '../secrets/secret-name.ts';

/** `PREFIX SCOPE / KEY`; undefined if no secret can have that name, so that none of this scope and key can exist. */
export function nameFor(prefix: string, { scope, key }: SecretRef): string | undefined {
  const name = `${prefix}${scope}/${key}`;
  return key !== '' && !key.includes('/') && isSecretName(name) ? name : undefined;
}

export type Place = { readonly scope: ScopePath; readonly key: string } | { readonly reason: string };

/** The reverse mapping: the key follows the last `/`, so that no two names map to the same place. */
export function placeOf(prefix: string, name: string): Place {
  const rest = name.slice(prefix.length);
  const slash = rest.lastIndexOf('/');
  if (slash < 0) return { reason: 'the name has no "/" between a scope and a key' };
  const key = rest.slice(slash + 1);
  if (key === '') return { reason: 'the name ends in "/", where the key belongs' };
  const scope = parseScopePath(rest.slice(0, slash));
  return scope.ok ? { scope: scope.value, key } : { reason: scope.reason };
}
