import type { ClientInput, ClientOutput } from './registry.ts';

type Answer = ClientOutput<'audit.list'>;
export type AuditFilters = Omit<ClientInput<'audit.list'>, 'order' | 'before' | 'after' | 'limit'>;

const rowsAtOnce = 1_000;

/**
 * The rows of the audit log that pass, the oldest first, up to the newest one of now; one answer at a time.
 * @param list calls `audit.list`, whose errors are thrown as they come
 */
export async function* auditPages(
  list: (input: ClientInput<'audit.list'>) => Promise<Answer>,
  filters: AuditFilters,
): AsyncGenerator<Answer['rows']> {
  const newest = (await list({ limit: 1 })).rows[0]?.sequence ?? 0;
  for (let after = 0; ;) {
    // oxlint-disable-next-line no-await-in-loop -- the next answer begins where this one ends
    const { rows, next } = await list({ ...filters, order: 'oldest', after, before: newest + 1, limit: rowsAtOnce });
    yield rows;
    if (next === undefined && rows.length < rowsAtOnce) return;
    after = next ?? rows.at(-1)?.sequence ?? newest;
  }
}
