import { SecretValue, type SecretRef } from '@kici-dev/secret-backend';
import type { SeededSecret } from '@kici-dev/secret-backend-conformance';
import type { Model, StoredVersion } from '../server/model.ts';

/** How a layout's places map to the service, written a second time so that the adapter does not judge itself. */
export interface Store {
  idOf(ref: Pick<SecretRef, 'scope' | 'key'>): string;
  seed(secret: SeededSecret): StoredVersion;
  /** Ids of everything at and below a scope. */
  idsBelow(scope: string): readonly string[];
}

const escapes: Readonly<Record<string, string>> = { '/': '--', '-': '-_', '.': '-p' };

function escape(name: string): string {
  return name.replaceAll(/[/.-]/g, (character) => escapes[character] ?? character);
}

export function keyStore(model: Model): Store {
  const idOf = ({ scope, key }: Pick<SecretRef, 'scope' | 'key'>): string => `${escape(scope)}--${escape(key)}`;
  return {
    idOf,
    seed: (secret) => add(model, idOf(secret), Buffer.from(secret.value.bytes())),
    idsBelow: (scope) => [...model.secrets.keys()].filter((id) => id.startsWith(`${escape(scope)}--`)),
  };
}

export function objectStore(model: Model): Store {
  const idOf = ({ scope }: Pick<SecretRef, 'scope'>): string => escape(scope);
  return {
    idOf,
    seed(secret) {
      const id = idOf(secret);
      const before: unknown = JSON.parse(model.secrets.get(id)?.versions.at(-1)?.data?.toString() ?? '{}');
      const fields = new Map(Object.entries(typeof before === 'object' && before !== null ? before : {}));
      // Built as text, so that a key named __proto__ is one like any other.
      const members = [...fields.set(secret.key, secret.value.text() ?? '')].map(
        ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
      );
      return add(model, id, Buffer.from(`{${members.join(',')}}`));
    },
    idsBelow: (scope) =>
      [...model.secrets.keys()].filter((id) => id === escape(scope) || id.startsWith(`${escape(scope)}--`)),
  };
}

export function add(model: Model, id: string, data: Buffer | string): StoredVersion {
  if (!model.secrets.has(id)) model.create(id);
  return model.addVersion(id, Buffer.from(data));
}

export function text(value: string): SecretValue {
  return SecretValue.fromText(value);
}
