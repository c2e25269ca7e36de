import type { ScopePath, SecretDescriptor, UnlistedScope } from '@kici-dev/secret-backend';
import type { Pieces } from '../../resolver/pieces.ts';
import type { CheckedNames } from './names.ts';

const mostScopes = 10_000;

interface Held {
  readonly version: string;
  readonly updatedAt: string;
  readonly keys: readonly string[];
}

/**
 * What each scope's version held when it was last listed. A version never changes, so a deleted one held exactly these
 * keys, even if the service no longer reveals them.
 */
export class HeldNames {
  readonly #scopes = new Map<ScopePath, Held>();

  /** @returns the names, with the keys of deleted scopes filled in if remembered */
  *complete(names: CheckedNames): Pieces<CheckedNames> {
    const told = new Map<ScopePath, readonly SecretDescriptor[]>();
    for (const part of names.unlisted) {
      yield;
      const held = this.#heldBy(part);
      if (held === undefined) continue;
      const { scope, code, reason } = part;
      const problem = { problem: code, ...(reason !== undefined && { reason }) };
      told.set(
        scope,
        held.keys.map((key) => ({ scope, key, version: held.version, ...problem })),
      );
    }
    yield* this.#learn(names.secrets);
    if (told.size === 0) return names;
    const secrets: SecretDescriptor[] = [];
    for (const secret of names.secrets) {
      if (!told.has(secret.scope)) secrets.push(secret);
      yield;
    }
    for (const held of told.values()) for (const secret of held) secrets.push(secret);
    return { ...names, secrets, unlisted: names.unlisted.filter(({ scope }) => !told.has(scope)) };
  }

  /** A version number may recur after a path was removed and recreated, but its time does not. */
  #heldBy({ scope, depth, version, updatedAt }: UnlistedScope): Held | undefined {
    const held = this.#scopes.get(scope);
    const isSame = depth === 'scope' && version !== undefined && updatedAt !== undefined;
    return isSame && held?.version === version && held.updatedAt === updatedAt ? held : undefined;
  }

  /** Only for scopes that are one object, whose keys share one version and time. */
  *#learn(secrets: readonly SecretDescriptor[]): Pieces<void> {
    const scopes = new Map<ScopePath, SecretDescriptor[]>();
    for (const secret of secrets) {
      const own = scopes.get(secret.scope);
      if (own === undefined) scopes.set(secret.scope, [secret]);
      else own.push(secret);
      yield;
    }
    for (const [scope, own] of scopes) {
      yield;
      const [first] = own;
      if (first?.version === undefined || first.updatedAt === undefined) continue;
      const { version, updatedAt } = first;
      const isOne = own.every(
        (secret) =>
          secret.version === version &&
          secret.updatedAt === updatedAt &&
          secret.problem === undefined &&
          secret.declaredOnly === undefined,
      );
      if (!isOne) continue;
      this.#scopes.delete(scope);
      this.#scopes.set(scope, { version, updatedAt, keys: own.map(({ key }) => key) });
      const [oldest] = this.#scopes.keys();
      if (oldest !== undefined && this.#scopes.size > mostScopes) this.#scopes.delete(oldest);
    }
  }
}
