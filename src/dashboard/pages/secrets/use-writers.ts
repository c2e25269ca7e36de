import type { ClientOutput } from '../../../api/registry.ts';
import { actorName } from '../../api/actor.ts';
import { useRead } from '../../api/queries.ts';
import { useSession } from '../../api/session.tsx';
import { fullScope } from './scopes.ts';

/** What the audit log knows about a version. */
export interface Written {
  readonly actor: string;
  readonly bytes: number | undefined;
}

const newest = 1_000;

type Row = ClientOutput<'audit.list'>['rows'][number];
/** A version of a secret, as a row of the audit log tells of it. */
interface Told {
  readonly key: unknown;
  readonly version: unknown;
  readonly bytes: unknown;
}

/** Who set which version, as far as the newest rows of the audit log show it and the session may read them. */
export function useWriters(): (scope: string, key: string, version: string | undefined) => Written | undefined {
  const mayRead = useSession().permissions.includes('audit:read');
  const set = useRead('audit.list', { operation: 'secrets.set', limit: newest }, { enabled: mayRead });
  const imported = useRead('audit.list', { operation: 'secrets.import', limit: newest }, { enabled: mayRead });
  const restored = useRead('audit.list', { operation: 'secrets.restore', limit: newest }, { enabled: mayRead });
  const written = new Map<string, Written>();
  for (const row of [set, imported, restored].flatMap(({ data }) => data?.rows ?? []))
    for (const { key, version, bytes } of toldIn(row)) {
      const { scope, restored: source } = row.subject;
      if (typeof scope !== 'string' || typeof key !== 'string') continue;
      const id = idOf(scope, key, version);
      const length = source === undefined ? bytes : written.get(idOf(scope, key, source))?.bytes;
      if (!written.has(id))
        written.set(id, { actor: actorName(row.actor), bytes: typeof length === 'number' ? length : undefined });
    }
  return (scope, key, version) => (version === undefined ? undefined : written.get(idOf(scope, key, version)));
}

function toldIn({ phase, result, subject }: Row): readonly Told[] {
  if (phase !== 'outcome' || result !== 'done') return [];
  const { key, keys, version, versions, newVersion, bytes } = subject;
  if (!Array.isArray(keys)) return [{ key, version: newVersion ?? version, bytes }];
  const at = (list: unknown, index: number): unknown => (Array.isArray(list) ? list[index] : undefined);
  return keys.map((one: unknown, index) => ({ key: one, version: at(versions, index), bytes: at(bytes, index) }));
}

function idOf(scope: string, key: string, version: unknown): string {
  return JSON.stringify([fullScope(scope), key, String(version)]);
}
