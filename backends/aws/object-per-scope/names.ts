import { BackendError, parseScopePath, type Parsed, type ScopePath } from '@kici-dev/secret-backend';
import { maxNameLength } from '../secrets/secret-name.ts';

/** `PREFIX SCOPE`; undefined if that is too long for a name, so that no such secret can exist. */
export function nameFor(prefix: string, scope: ScopePath): string | undefined {
  const name = `${prefix}${scope}`;
  return name.length <= maxNameLength ? name : undefined;
}

/** @throws BackendError `invalid_argument` */
export function requireName(prefix: string, scope: ScopePath): string {
  const name = nameFor(prefix, scope);
  if (name === undefined)
    throw new BackendError('invalid_argument', {
      detail: `prefix and scope together have at most ${maxNameLength} characters`,
    });
  return name;
}

export function scopeOf(prefix: string, name: string): Parsed<ScopePath> {
  return parseScopePath(name.slice(prefix.length));
}
