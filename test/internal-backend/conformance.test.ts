import { concurrentRunner } from '@kici-dev/secret-backend-conformance/testing';
import type { Harness } from '@kici-dev/secret-backend-conformance';
import { proveAlsoThroughHost } from '@kici-dev/secret-backend-conformance/through-host';
import { describe, it } from 'vitest';
import { capabilities } from '../../backends/internal/capabilities.ts';
import { engine } from '../support/engine.ts';
import { databaseFaults, FaultSwitch } from './faulty-dialect.ts';
import { context, createTestStore } from './support.ts';

const harness: Harness = {
  // A page of the store has 500 names.
  listPageSize: 500,
  async open() {
    const faultSwitch = new FaultSwitch();
    const store = await createTestStore(faultSwitch);
    const { backend, database } = store;
    return {
      backend,
      // A sealed value can only be written through the store: a second instance on the same tables is the service's own
      // means.
      async seed({ scope, key, value }) {
        const other = await store.backendOf('default');
        return (await other.write?.({ scope, key, value }, context())) ?? {};
      },
      provoke: {
        async nameOnly(ref) {
          await (await store.backendOf('default')).declare?.(ref, context());
        },
        async corrupt({ scope, key }) {
          const rows = await database
            .selectFrom('internal_versions')
            .selectAll()
            .where('scope', '=', scope)
            .where('key', '=', key)
            .execute();
          for (const { version, sealed } of rows) {
            const changed = Uint8Array.from(sealed);
            changed[changed.byteLength - 1] = (changed.at(-1) ?? 0) ^ 1;
            await database
              .updateTable('internal_versions')
              .set({ sealed: changed })
              .where('scope', '=', scope)
              .where('key', '=', key)
              .where('version', '=', version)
              .execute();
          }
        },
        fault: async (kind, times) => faultSwitch.set(kind, times),
        faults: databaseFaults,
        heal: async () => faultSwitch.heal(),
        requestCount: async () => faultSwitch.statements,
      },
      async dispose() {
        faultSwitch.heal();
        await store.dispose();
      },
    };
  },
};

const states: Record<string, string> = {
  deleteCurrent: 'the store has no deleted versions: a deletion removes the secret',
  destroyCurrent: 'the store destroys no versions',
  disableCurrent: 'the store disables no versions',
  scheduleDeletion: 'the store schedules no deletions',
  denyRead: 'the store has no rights of its own: the orchestrator asks before it reads',
};
const outcomes: Record<string, string> = {
  deleteCurrent: 'deleted',
  destroyCurrent: 'destroyed',
  disableCurrent: 'disabled',
  scheduleDeletion: 'scheduled',
  denyRead: 'denied',
};
const noFolders = 'the store has no rights of its own: a folder is listed or the database is not there';
const noBody =
  'the answer of a database driver is rows or an error: it has no body that could be empty, broken off or in part';
const operations = ['list', 'read', 'batch', 'write', 'delete', 'check'];

proveAlsoThroughHost(concurrentRunner(describe, it), {
  name: `internal (${engine === 'sqlite' ? 'SQLite' : 'PostgreSQL'})`,
  capabilities,
  harness,
  notProven: Object.fromEntries([
    ...Object.entries(states).flatMap(([verb, reason]) => [
      [`leaks.state.${verb}`, reason],
      [`outcome.${outcomes[verb]}`, reason],
      ...(verb === 'denyRead' ? [] : [[`listing.${outcomes[verb]}`, reason]]),
    ]),
    ['batch.one-denied', states['denyRead']],
    ['listing.denied-folder', noFolders],
    ['listing.denied-root', noFolders],
    ...['half_body', 'garbage', 'empty', 'flood', 'swarm'].flatMap((fault) => [
      ...operations.map((operation) => [`fault.${fault}.${operation}`, noBody]),
      [`leaks.fault.${fault}`, noBody],
    ]),
    ...['flood', 'swarm'].flatMap((fault) => [
      [`holding.${fault}`, noBody],
      [`recovery.${fault}`, noBody],
    ]),
    ['fault.partial_batch.batch', noBody],
    ['leaks.fault.partial_batch', noBody],
    ['sign-in.pause', 'the store signs in nowhere: its database is opened by the orchestrator'],
    ['outcome.null', 'a value is bytes: no bytes are null'],
  ]),
});
