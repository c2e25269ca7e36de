import { BackendError } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { createInstances } from '../../src/orchestrator/backends/instances.ts';
import { testHost } from '@kici-dev/secret-backend-conformance/testing';
import { context, path, ref, scriptedBackend, valueOf, words } from '../support/scripted-backend.ts';

const call = { organization: 'default', generation: 1 };

describe('law 2: what is written through one orchestrator holds for the next request on every other', () => {
  it('also in the own store, while another looks into it since before the write', async () => {
    const stored = new Map([['OLD', 'old']]);
    const opened = Promise.withResolvers<void>();
    const backend = scriptedBackend({
      async *list() {
        const secrets = [...stored.keys()].map((key) => ref(key));
        await opened.promise;
        yield { secrets };
      },
      async read() {
        const seen = stored.get('OLD') ?? '';
        await opened.promise;
        return [valueOf(seen)];
      },
    });
    const instances = createInstances(
      {
        list: async () => [],
        openSecrets: async () => ({}),
        recentWrites: () => {
          throw new TypeError('the own store shows what is written at once');
        },
      },
      { get: () => Promise.reject(new BackendError('not_found')) },
      {
        type: 'internal',
        title: 'Own store',
        summary: 'as two orchestrators share it',
        settings: {},
        capabilities: backend.capabilities,
        create: () => backend,
      },
      () => testHost(),
      { settled: async () => undefined },
      () => async () => [],
    );
    const state = (await instances.of(call)).get('internal')?.state;
    if (state === undefined || !('open' in state)) throw new TypeError('the own store is open');
    const query = { scope: path('apps'), depth: 'tree' as const };
    const before = [state.open.listAged(query, context()), state.open.read([ref('OLD')], context())];
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    // The other orchestrator, on the same database.
    stored.set('OLD', 'new').set('NEW', 'value');
    const names = state.open.listAged(query, context());
    const values = state.open.read([ref('OLD')], context());
    opened.resolve();
    await Promise.all(before);
    expect((await names).secrets.map(({ key }) => key)).toEqual(['OLD', 'NEW']);
    expect(words(await values)).toEqual(['new']);
    await instances.close();
  });
});
