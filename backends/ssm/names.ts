import { parseScopePath, type ScopePath, type SecretRef } from '@kici-dev/secret-backend';

/**
 * Levels of a hierarchy, and characters of a name including those that the service reserves (API reference,
 * PutParameter, `Name`).
 */
const maxLevels = 15;
const maxNameLength = 1_011;

/** `PATH/SCOPE/KEY`; undefined if no parameter can have that name, so that none of this scope and key can exist. */
export function nameFor(path: string, { scope, key }: SecretRef): string | undefined {
  const name = `${path}/${scope}/${key}`;
  const fits = name.length <= maxNameLength && name.split('/').length - 1 <= maxLevels;
  return fits && /^[A-Za-z0-9_.-]+$/.test(key) ? name : undefined;
}

/** Names that belong to AWS: public parameters, and Secrets Manager by another door. Nobody can create one. */
export function isReserved(name: string): boolean {
  return /^\/(?:aws|ssm)/i.test(name);
}

export type Place = { readonly scope: ScopePath; readonly key: string } | { readonly reason: string };

/** The reverse mapping: the key follows the last `/`, so that no two names map to the same place. */
export function placeOf(path: string, name: string): Place {
  if (!name.startsWith('/')) return { reason: 'the name lies in no hierarchy: it does not begin with "/"' };
  const rest = name.slice(path.length + 1);
  const slash = rest.lastIndexOf('/');
  if (slash < 0) return { reason: 'the name has no "/" between a scope and a key' };
  const scope = parseScopePath(rest.slice(0, slash));
  return scope.ok ? { scope: scope.value, key: rest.slice(slash + 1) } : { reason: scope.reason };
}
