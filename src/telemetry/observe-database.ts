import type { DatabaseObserver, PoolCounts } from '../database/observer.ts';
import type { Instruments } from './instruments.ts';
import type { Spans } from './spans.ts';

const operations = new Set(['select', 'insert', 'update', 'delete', 'begin', 'commit', 'rollback', 'connect']);
/** The table is the first name after these words, and a name of ours: it is never a parameter. */
const tableIn = /\b(?:from|into|update)\s+"(\w{1,63})"/;

/** How long statements and the disk take, and who waits for a connection. */
export function observeDatabase({ record, observe }: Instruments, spans: Spans | undefined): DatabaseObserver {
  const pools = new Set<() => PoolCounts>();
  const sum = (of: (counts: PoolCounts) => number): number =>
    [...pools].reduce((total, counts) => total + of(counts()), 0);
  observe('kici_database_connections', (tell) => {
    if (pools.size === 0) return;
    tell(
      sum(({ idle }) => idle),
      { state: 'idle' },
    );
    tell(
      sum(({ total, idle }) => total - idle),
      { state: 'used' },
    );
  });
  observe('kici_database_connections_awaited', (tell) => {
    if (pools.size > 0)
      tell(
        sum(({ waiting }) => waiting),
        {},
      );
  });
  return {
    ran(text, ms, failed) {
      const word = /^\s*(\w+)/.exec(text)?.[1]?.toLowerCase() ?? '';
      const operation = operations.has(word) ? word : 'other';
      const status = failed ? 'failed' : 'ok';
      record('db_client_operation_duration_seconds', ms / 1_000, { db_operation_name: operation, status });
      const table = spans === undefined ? undefined : tableIn.exec(text)?.[1];
      spans?.done(
        table === undefined ? operation : `${operation} ${table}`,
        { 'db.operation.name': operation, ...(table !== undefined && { 'db.collection.name': table }) },
        ms,
        failed ? 'failed' : undefined,
      );
    },
    synced(ms) {
      record('kici_database_sync_duration_seconds', ms / 1_000, {});
    },
    pooled(counts) {
      pools.add(counts);
    },
  };
}
