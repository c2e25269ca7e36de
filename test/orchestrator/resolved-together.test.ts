import { BackendError } from '@kici-dev/secret-backend';
import { expect, it } from 'vitest';
import type { Call } from '../../src/orchestrator/caller.ts';
import { createEnvironmentResolver } from '../../src/orchestrator/resolution/resolve.ts';

function callWith(context: Call['context']): Call {
  return {
    caller: { kind: 'job', jobId: 'j', tokenId: 't' },
    organization: 'default',
    generation: 1,
    admittedIn: { startedAt: 0 },
    requestId: 'r',
    context,
    waiter: { isGone: () => false, tell: () => undefined },
    note: () => undefined,
    tag: () => undefined,
  };
}

it('who shares a resolution takes it from nobody by leaving, or by having less time', async () => {
  const gate = Promise.withResolvers<void>();
  let listed = 0;
  const resolver = createEnvironmentResolver(
    {
      require: async () => {
        await gate.promise;
        return { organization: 'default', name: 'e', created_at: 1, seal: null, variables_seal: null };
      },
      bindings: async () => [],
      all: async () => [],
    },
    {
      of: async () =>
        new Map([
          [
            'internal',
            {
              name: 'internal',
              type: 'internal',
              optional: false,
              added: 0,
              state: { failure: new BackendError('closed') },
            },
          ],
        ]),
      close: async () => undefined,
    },
    async (_organization, _patterns, { signal, deadline }) => {
      listed += 1;
      if (signal.aborted || Date.now() >= deadline) throw new BackendError('timeout');
      return { secrets: [], unnameable: [] };
    },
    async () => 1,
  );
  const patient = { signal: new AbortController().signal, deadline: Date.now() + 60_000 };
  const gone = { signal: AbortSignal.abort(), deadline: Date.now() - 1 };
  const first = resolver.resolve(callWith(patient), 'e', {});
  const shared = [patient, gone].map((context) => resolver.resolve(callWith(context), 'e', {}));
  gate.resolve();
  for (const { listings } of await Promise.all([first, ...shared])) expect(listings[0]?.failure).toBeUndefined();
  expect(listed).toBe(2);
});

it('bindings of now are resolved with the backends of now, however long the request has waited', async () => {
  const asked: number[] = [];
  const resolver = createEnvironmentResolver(
    {
      require: async () => ({ organization: 'default', name: 'e', created_at: 1, seal: null, variables_seal: null }),
      bindings: async () => [],
      all: async () => [],
    },
    {
      of: async ({ generation }) => {
        asked.push(generation);
        return new Map();
      },
      close: async () => undefined,
    },
    async () => ({ secrets: [], unnameable: [] }),
    async () => 7,
  );
  const context = { signal: new AbortController().signal, deadline: Date.now() + 60_000 };
  await resolver.resolve(callWith(context), 'e', {});
  expect(asked).toEqual([7]);
});
