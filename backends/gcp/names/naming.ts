import { BackendError, parseScopePath, type ScopePath } from '@kici-dev/secret-backend';
import { escapeParts, unescapeParts } from './escape.ts';

/** Source: CreateSecretRequest.secret_id in the service's protocol. */
const secretId = /^[A-Za-z0-9_-]{1,255}$/;

/** The meaning of a secret of the service. `foreign`: not this backend's. */
export type Named<Place> =
  | { readonly kind: 'named'; readonly place: Place }
  | { readonly kind: 'foreign' }
  | { readonly kind: 'unnameable'; readonly reason: string };

/** Maps the places of a layout to secret ids of the service and back. */
export interface Naming<Place> {
  /**
   * `undefined`: this naming has no id for the place, so there is no secret.
   * @throws BackendError `invalid_argument` if the service would not accept the id
   */
  idOf(place: Place): string | undefined;
  placeOf(id: string): Named<Place>;
}

export interface KeyPlace {
  readonly scope: ScopePath;
  readonly key: string;
}

/** `apps/shop` and `DB_PASSWORD` are `apps--shop--DB_PASSWORD`. */
export function escapedKeys(prefix: string): Naming<KeyPlace> {
  return {
    idOf: ({ scope, key }) => checkedId(prefix, [...scope.split('/'), key]),
    placeOf: (id) =>
      withoutPrefix(prefix, id, (rest) => {
        const parts = unescapeParts(rest) ?? [];
        const scope = scopeOf(parts.slice(0, -1));
        const key = parts.at(-1);
        if (!scope.ok || key === undefined || key === '')
          return {
            kind: 'unnameable',
            reason: 'the id is not a scope and key in the escaped naming; the flat naming takes such ids',
          };
        return { kind: 'named', place: { scope: scope.value, key } };
      }),
  };
}

/** `apps/shop` is `apps--shop`. */
export function escapedScopes(prefix: string): Naming<ScopePath> {
  return {
    idOf: (scope) => checkedId(prefix, scope.split('/')),
    placeOf: (id) =>
      withoutPrefix(prefix, id, (rest) => {
        const scope = scopeOf(unescapeParts(rest) ?? []);
        return scope.ok
          ? { kind: 'named', place: scope.value }
          : {
              kind: 'unnameable',
              reason: 'the id is not a scope in the escaped naming; the flat naming takes such ids',
            };
      }),
  };
}

/** A segment with an escaped `/` would be two, and their scope would be that of another id. */
function scopeOf(segments: readonly string[]): ReturnType<typeof parseScopePath> {
  return parseScopePath(segments.some((segment) => segment.includes('/')) ? '' : segments.join('/'));
}

/** Existing ids become keys of one scope. */
export function flatKeys(prefix: string, only: ScopePath): Naming<KeyPlace> {
  return {
    idOf: ({ scope, key }) => (scope === only && secretId.test(prefix + key) && key !== '' ? prefix + key : undefined),
    placeOf: (id) => withoutPrefix(prefix, id, (rest) => ({ kind: 'named', place: { scope: only, key: rest } })),
  };
}

/** Existing ids become scopes of one segment. */
export function flatScopes(prefix: string): Naming<ScopePath> {
  return {
    idOf: (scope) => (secretId.test(prefix + scope) ? prefix + scope : undefined),
    placeOf: (id) =>
      withoutPrefix(prefix, id, (rest) => {
        const scope = parseScopePath(rest);
        return scope.ok ? { kind: 'named', place: scope.value } : { kind: 'unnameable', reason: scope.reason };
      }),
  };
}

function checkedId(prefix: string, parts: readonly string[]): string {
  if (!parts.every((part) => part !== '' && part.isWellFormed()))
    throw new BackendError('invalid_argument', { detail: 'a key must be non-empty, well-formed Unicode' });
  const id = prefix + escapeParts(parts);
  if (!secretId.test(id))
    throw new BackendError('invalid_argument', {
      detail: `the secret's id would have ${id.length} characters, and the service allows 255; shorten the scope or the key`,
    });
  return id;
}

function withoutPrefix<Place>(prefix: string, id: string, name: (rest: string) => Named<Place>): Named<Place> {
  return id.startsWith(prefix) && id.length > prefix.length ? name(id.slice(prefix.length)) : { kind: 'foreign' };
}
