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

/** Who set which version, as far as the newest rows of the audit log show it and the session may read them. */
export function useWriters(): (scope: string, key: string, version: string | undefined) => Written | undefined {
  const mayRead = useSession().permissions.includes('audit:read');
  const set = useRead('audit.list', { operation: 'secrets.set', limit: newest }, { enabled: mayRead });
  const restored = useRead('audit.list', { operation: 'secrets.restore', limit: newest }, { enabled: mayRead });
  const rows = [...(set.data?.rows ?? []), ...(restored.data?.rows ?? [])];
  const written = new Map<string, Written>();
  for (const { phase, result, subject, actor } of rows) {
    const { scope, key, version, newVersion, bytes } = subject;
    if (phase !== 'outcome' || result !== 'done' || typeof scope !== 'string' || typeof key !== 'string') continue;
    const id = idOf(scope, key, String(newVersion ?? version));
    if (!written.has(id))
      written.set(id, { actor: actorName(actor), bytes: typeof bytes === 'number' ? bytes : undefined });
  }
  return (scope, key, version) => (version === undefined ? undefined : written.get(idOf(scope, key, version)));
}

function idOf(scope: string, key: string, version: string): string {
  return JSON.stringify([fullScope(scope), key, version]);
}
