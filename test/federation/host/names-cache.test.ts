import { BackendError, SecretValue, type FailureCode, type ListQuery } from '@kici-dev/secret-backend';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { context, hostScripted, path, ref, type Hosting } from '../../support/scripted-backend.ts';

const tree: ListQuery = { depth: 'tree' };

function listing(hosting: Hosting = {}) {
  const state = { keys: ['A'], lists: 0, failure: undefined as BackendError | undefined };
  const hosted = hostScripted(
    {
      async *list({ scope = path('apps') }) {
        state.lists += 1;
        if (state.failure !== undefined) throw state.failure;
        yield { secrets: state.keys.map((key) => ({ scope, key })) };
      },
    },
    { ...hosting, policy: { attempts: 1, ...hosting.policy } },
  );
  const keys = async (query = tree) => {
    const { secrets, ageMs } = await hosted.listAged(query, context());
    return [secrets.map(({ key }) => key).join(), ageMs];
  };
  return { state, hosted, keys };
}

describe('law 2: names are cached for 30 s by default', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('and no longer, with their age', async () => {
    const { state, keys } = listing();
    expect(await keys()).toEqual(['A', 0]);
    state.keys = ['A', 'B'];
    await vi.advanceTimersByTimeAsync(29_999);
    expect(await keys()).toEqual(['A', 29_999]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await keys()).toEqual(['A,B', 0]);
    expect(state.lists).toBe(2);
  });

  it('but not where a part of them failed in passing: that may be over a moment later', async () => {
    let code: FailureCode = 'throttled';
    let lists = 0;
    const hosted = hostScripted({
      async *list() {
        lists += 1;
        yield { secrets: [], unlisted: [{ scope: path('apps'), depth: 'scope', code }] };
      },
    });
    const listed = async () => (await hosted.listAged(tree, context())).unlisted.map((part) => part.code);
    expect(await listed()).toEqual(['throttled']);
    code = 'permission_denied';
    expect(await listed()).toEqual(['permission_denied']);
    // A lasting failure is no reason to query each time.
    expect(await listed()).toEqual(['permission_denied']);
    expect(lists).toBe(2);
  });

  it('each query by itself', async () => {
    const { state, keys } = listing();
    const queries: ListQuery[] = [
      tree,
      { depth: 'tree', scope: path('apps') },
      { depth: 'scope', scope: path('apps') },
      { depth: 'tree', scope: path('other') },
    ];
    for (const query of [...queries, ...queries]) await keys(query);
    expect(state.lists).toBe(queries.length);
  });

  it('`list` gives the same names', async () => {
    const { state, hosted, keys } = listing();
    await keys();
    state.keys = ['B'];
    const pages = [];
    for await (const { secrets } of hosted.list(tree, context())) pages.push(...secrets.map(({ key }) => key));
    expect(pages).toEqual(['A']);
  });

  it('a failure is not kept, and names from before it are not served in its place', async () => {
    const { state, keys } = listing();
    await keys();
    await vi.advanceTimersByTimeAsync(30_000);
    state.failure = new BackendError('permission_denied');
    await expect(keys()).rejects.toMatchObject({ code: 'permission_denied' });
    state.failure = undefined;
    expect(await keys()).toEqual(['A', 0]);
  });

  it('a maximum age of 0 keeps none, and no timer', async () => {
    const { state, keys } = listing({ policy: { namesMaxAgeMs: 0 } });
    await keys();
    await keys();
    expect([state.lists, vi.getTimerCount()]).toEqual([2, 0]);
  });

  const changes = {
    write: (hosted) => hosted.write?.({ ...ref('B'), value: SecretValue.fromText('new') }, context()),
    delete: (hosted) => hosted.delete?.(ref('A'), context()),
    restore: (hosted) => hosted.restore?.({ ...ref('A'), version: '1' }, context()),
    declare: (hosted) => hosted.declare?.(ref('B'), context()),
    'scopes.create': (hosted) => hosted.scopes?.create(path('new'), context()),
    'scopes.rename': (hosted) => hosted.scopes?.rename(path('apps'), path('new'), context()),
    'scopes.delete': (hosted) => hosted.scopes?.delete(path('apps'), context()),
    invalidate: async (hosted) => hosted.invalidate(),
  } satisfies Record<string, (hosted: ReturnType<typeof hostScripted>) => Promise<unknown> | undefined>;

  it.each(Object.entries(changes))('after %s the next list asks the backend', async (_, change) => {
    const { state, hosted, keys } = listing();
    await keys();
    state.keys = ['A', 'B'];
    await change(hosted);
    expect(await keys()).toEqual(['A,B', 0]);
  });

  it('a list from before a change is neither joined nor kept', async () => {
    const opened = Promise.withResolvers<void>();
    const state = { keys: ['A'] };
    const hosted = hostScripted({
      async *list() {
        const seen = state.keys;
        await opened.promise;
        yield { secrets: seen.map((key) => ref(key)) };
      },
    });
    const before = hosted.listAged(tree, context());
    await vi.advanceTimersByTimeAsync(0);
    state.keys = ['A', 'B'];
    await hosted.declare?.(ref('B'), context());
    const after = hosted.listAged(tree, context());
    opened.resolve();
    expect([
      (await before).secrets.length,
      (await after).secrets.length,
      (await hosted.listAged(tree, context())).secrets.length,
    ]).toEqual([1, 2, 2]);
  });

  it('no timer is left after closing', async () => {
    const { hosted, keys } = listing();
    await keys();
    expect(vi.getTimerCount()).toBe(1);
    await hosted.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
