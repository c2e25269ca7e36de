import { parseKey } from '@kici-dev/secret-backend';

/** How a backend's own keys become keys of the environment. */
export type Rename =
  | { readonly kind: 'none' }
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** Selects only the keys in its map. */
  | { readonly kind: 'map'; readonly keys: ReadonlyMap<string, string> };

export type Renamed =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'unselected' }
  | { readonly kind: 'unbindable'; readonly reason: string };

export function renameKey(rename: Rename, sourceKey: string): Renamed {
  if (rename.kind === 'map') {
    const key = rename.keys.get(sourceKey);
    return key === undefined ? { kind: 'unselected' } : { kind: 'key', key };
  }
  const parsed = parseKey(rename.kind === 'prefix' ? rename.prefix + sourceKey : sourceKey);
  return parsed.ok ? { kind: 'key', key: parsed.value } : { kind: 'unbindable', reason: parsed.reason };
}

/**
 * Every key of the backend that would become this key: several only if a map says so, none if it is not a valid key.
 */
export function sourceKeysOf(rename: Rename, key: string): readonly string[] {
  if (!parseKey(key).ok) return [];
  switch (rename.kind) {
    case 'none':
      return [key];
    case 'prefix':
      return key.startsWith(rename.prefix) && key.length > rename.prefix.length
        ? [key.slice(rename.prefix.length)]
        : [];
    case 'map':
      return [...rename.keys].filter(([, target]) => target === key).map(([source]) => source);
  }
}
