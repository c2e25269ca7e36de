import { setImmediate as nextTurn } from 'node:timers/promises';
import { BackendError, parseScopePath, type ScopePath, type SecretDescriptor } from '@kici-dev/secret-backend';
import type { JobFacts } from '@kici-dev/secret-federation';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { Instances } from '../../src/orchestrator/backends/instances.ts';
import type { Call } from '../../src/orchestrator/caller.ts';
import type { BindingRow } from '../../src/orchestrator/environments/store.ts';
import { Lately } from '../../src/orchestrator/resolution/lately.ts';
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

/** The backends of an organization that has no other. */
const onlyInternal: Instances = {
  of: async () => {
    const state = { failure: new BackendError('closed') };
    return new Map([['internal', { name: 'internal', type: 'internal', optional: false, added: 0, state }]]);
  },
  close: async () => undefined,
};

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
    onlyInternal,
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

const binding: BindingRow = {
  organization: 'default',
  environment: 'e',
  id: 'b',
  scope: 'apps/shop',
  host: '**',
  priority: 0,
  prefix: null,
  map: null,
  skip_deleted: 0,
  created_at: 1,
};

function changeableAs({ binding: one, secrets }: ReturnType<typeof changeable>['now']): ReturnType<typeof changeable> {
  const other = changeable();
  Object.assign(other.now, { binding: one, secrets });
  return other;
}

/** An environment with one binding, of which everything can be changed. */
function changeable() {
  const now = { generation: 1, binding, secrets: [shopKey] as readonly SecretDescriptor[], listed: 0 };
  const resolver = createEnvironmentResolver(
    {
      require: async () => ({ organization: 'default', name: 'e', created_at: 1, seal: null, variables_seal: null }),
      bindings: async () => [now.binding],
      all: async () => [],
    },
    onlyInternal,
    async () => {
      now.listed += 1;
      await nextTurn();
      // Never the same objects: a database does not give them either.
      return { secrets: now.secrets.map((secret) => ({ ...secret })), unnameable: [] };
    },
    async () => now.generation,
  );
  const context = { signal: new AbortController().signal, deadline: Date.now() + 60_000 };
  return { now, resolve: (facts: JobFacts = {}) => resolver.resolve(callWith(context), 'e', facts) };
}

function scopePath(text: string): ScopePath {
  const parsed = parseScopePath(text);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.value;
}

const shop = scopePath('apps/shop');
const shopKey: SecretDescriptor = { scope: shop, key: 'K', version: '1', updatedAt: '2026-01-01T00:00:00.000Z' };

it('agents for whom the bindings select the same are resolved together, and others by themselves', async () => {
  const { now, resolve } = changeable();
  const agents = ['one', 'two', 'three', 'four'].map((agentId) => ({
    agentId,
    host: `${agentId}.example`,
    labels: {},
  }));
  const alike = await Promise.all(agents.map(resolve));
  expect(now.listed).toBeLessThanOrEqual(2);
  expect(new Set(alike.map(({ catalogue }) => catalogue)).size).toBe(1);
  now.binding = { ...binding, scope: 'agents/${agentId}' };
  now.secrets = agents.map(({ agentId }) => ({ scope: scopePath(`agents/${agentId}`), key: agentId }));
  now.generation += 1;
  const own = await Promise.all(agents.map(resolve));
  expect(own.map(({ catalogue }) => [...catalogue.entries.keys()])).toEqual(agents.map(({ agentId }) => [agentId]));
});

it('an agent is told why a binding selects nothing for it, not why it selects nothing for another', async () => {
  const { now, resolve } = changeable();
  now.binding = { ...binding, host: 'prod-*', scope: 'agents/${agentId}' };
  const facts = [{ host: 'dev-1', agentId: 'a' }, { host: 'dev-1', agentId: 'a' }, { host: 'prod-1' }];
  const together = await Promise.all(facts.map(resolve));
  const alone: typeof together = [];
  // oxlint-disable-next-line no-await-in-loop -- alone
  for (const one of facts) alone.push(await changeableAs(now).resolve(one));
  const reasons = (all: typeof together): readonly unknown[] =>
    all.map(({ catalogue }) => catalogue.idle.map(({ reason }) => reason));
  expect(reasons(together)).toEqual(reasons(alone));
  expect(new Set(reasons(alone).map(String)).size).toBe(2);
});

it('no more is kept for the next job than has so many names', () => {
  const lately = new Lately<string>(10);
  onTestFinished(() => {
    for (const name of ['a', 'b', 'c']) lately.keep(name, '', 11);
  });
  lately.keep('a', 'A', 4);
  lately.keep('b', 'B', 4);
  lately.keep('a', 'A again', 5);
  expect([lately.get('a'), lately.get('b')]).toEqual(['A again', 'B']);
  lately.keep('c', 'C', 5);
  expect([lately.get('a'), lately.get('b'), lately.get('c')]).toEqual(['A again', undefined, 'C']);
  lately.keep('a', 'too large', 11);
  expect([lately.get('a'), lately.get('c')]).toEqual([undefined, 'C']);
});

it('what has not changed since a moment ago is not merged again, and is forgotten after that', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { now, resolve } = changeable();
  const { catalogue } = await resolve();
  expect((await resolve()).catalogue).toBe(catalogue);
  expect(now.listed).toBe(2);
  vi.advanceTimersByTime(1_000);
  expect((await resolve()).catalogue).not.toBe(catalogue);
});

it.each<readonly [string, (now: ReturnType<typeof changeable>['now']) => void]>([
  ['the version of a secret', (now) => (now.secrets = [{ ...shopKey, version: '2' }])],
  ['the time of a secret', (now) => (now.secrets = [{ ...shopKey, updatedAt: '2026-01-02T00:00:00.000Z' }])],
  ['a secret to a declared name', (now) => (now.secrets = [{ scope: shop, key: 'K', declaredOnly: true }])],
  ['a secret to a deleted one', (now) => (now.secrets = [{ ...shopKey, problem: 'deleted' }])],
  ['the name of a secret', (now) => (now.secrets = [{ ...shopKey, key: 'L' }])],
  ['how many secrets there are', (now) => (now.secrets = [])],
  ['the priority of a binding', (now) => (now.binding = { ...binding, priority: 1 })],
  ['the names that a binding gives', (now) => (now.binding = { ...binding, prefix: 'DB_' })],
])('a change of %s is seen by the next job, a moment later', async (_, change) => {
  const { now, resolve } = changeable();
  const { catalogue: before } = await resolve();
  change(now);
  const { catalogue } = await resolve();
  expect(catalogue).not.toBe(before);
  const { catalogue: expected } = await changeableAs(now).resolve();
  expect(catalogue.entries).toEqual(expected.entries);
});

it('a rename between the bindings and the names is seen whole', async () => {
  const { now, resolve } = changeable();
  const resolving = resolve();
  await nextTurn();
  now.binding = { ...binding, scope: 'apps/moved' };
  now.secrets = [{ ...shopKey, scope: scopePath('apps/moved') }];
  now.generation += 1;
  const { catalogue } = await resolving;
  expect(catalogue.entries.get('K')?.winner.scope).toBe('apps/moved');
});

/** Names that take some pieces of merging. */
function slowNames(begin: () => void): readonly SecretDescriptor[] {
  return Array.from({ length: 200 }, (_, index) => {
    let isKnown = false;
    return {
      ...shopKey,
      key: `K${index}`,
      get scope() {
        if (isKnown) return shop;
        isKnown = true;
        if (index === 0) begin();
        for (const end = performance.now() + 0.1; performance.now() < end;);
        return shop;
      },
    };
  });
}

/** Environments of an organization that have slow names, and others that have none. */
function slowlyMerged(begin: () => void = () => undefined) {
  const state = { listed: 0, begun: 0 };
  const resolver = createEnvironmentResolver(
    {
      require: async () => ({ organization: 'default', name: 'e', created_at: 1, seal: null, variables_seal: null }),
      bindings: async () => [binding],
      all: async () => [],
    },
    onlyInternal,
    async (organization) => {
      if (organization !== 'default') return { secrets: [], unnameable: [] };
      state.listed += 1;
      const secrets = slowNames(() => {
        state.begun += 1;
        begin();
      });
      return { secrets, unnameable: [] };
    },
    async () => 1,
  );
  return { state, resolver };
}

it('few environments of an organization are merged at once, and those of another wait for none of them', async () => {
  const { state, resolver } = slowlyMerged();
  const call = callWith({ signal: new AbortController().signal, deadline: Date.now() + 60_000 });
  const all = Array.from({ length: 20 }, (_, index) => resolver.resolve(call, `e${index}`, {}));
  await Promise.race([...all, resolver.resolve({ ...call, organization: 'another' }, 'e', {})]);
  expect(state.begun).toBeLessThan(5);
  await Promise.race(all);
  expect(state.begun, 'when the first of them is done').toBeLessThan(5);
  expect(state.listed, 'each at the moment when other backends were').toBe(20);
  const [first, ...others] = (await Promise.all(all)).map(({ listings }) => listings[0]?.ageMs);
  expect(first).toBe(0);
  expect(others.at(-1), 'the names are as old as they have waited').toBeGreaterThan(0);
  expect(state).toEqual({ listed: 20, begun: 20 });
});

it('whoever has no time left when it is to be merged is told so, and takes no time of others', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const deadline = Date.now() + 60_000;
  const { state, resolver } = slowlyMerged(() => vi.setSystemTime(deadline));
  const call = callWith({ signal: new AbortController().signal, deadline });
  const all = ['one', 'two', 'three', 'four'].map((environment) => resolver.resolve(call, environment, {}));
  const done = await Promise.allSettled(all);
  expect(done.map(({ status }) => status)).toContain('fulfilled');
  expect(done.at(-1)).toMatchObject({ reason: { code: 'too_many_requests' } });
  expect(state.begun).toBeLessThan(3);
});

it('a catalogue without the names of the internal store is kept for nobody', async () => {
  const resolver = createEnvironmentResolver(
    {
      require: async () => ({ organization: 'default', name: 'e', created_at: 1, seal: null, variables_seal: null }),
      bindings: async () => [binding],
      all: async () => [],
    },
    onlyInternal,
    async () => Promise.reject(new BackendError('timeout')),
    async () => 1,
  );
  const call = callWith({ signal: new AbortController().signal, deadline: Date.now() + 60_000 });
  const first = await resolver.resolve(call, 'e', {});
  expect(first.listings[0]?.failure).toBe('timeout');
  expect((await resolver.resolve(call, 'e', {})).catalogue).not.toBe(first.catalogue);
});
