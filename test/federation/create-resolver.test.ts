import { inspect } from 'node:util';
import { BackendError, unknown, type SecretBackend, type SecretRef } from '@kici-dev/secret-backend';
import { createResolver } from '@kici-dev/secret-federation';
import { describe, expect, it, vi } from 'vitest';
import { path, ref, scriptedBackend, valueOf } from '../support/scripted-backend.ts';

const keys = Array.from({ length: 50 }, (_, index) => `K${index}`);
function store(name: string, scope: string, names: readonly string[] = keys) {
  const read = vi.fn(async (refs: readonly SecretRef[]) => refs.map(({ key }) => valueOf(`${name} ${key}`)));
  return {
    read,
    backend: scriptedBackend({
      read,
      async *list() {
        yield { secrets: names.map((key) => ref(key, scope)) };
      },
    }),
  };
}

describe('createResolver', () => {
  it('50 gets within one turn of the event loop are one read for each backend', async () => {
    const [one, two] = [store('one', 'p'), store('two', 'q', [...keys.slice(0, 25), 'ONLY'])];
    const resolver = await createResolver({
      bindings: [{ scope: 'one:p' }, { scope: 'two:q', priority: 1 }],
      backends: { one, two },
    });
    const values = await Promise.all(
      [...keys, ...keys].map(async (key) => {
        await Promise.resolve();
        return (await resolver.get(key)).text();
      }),
    );
    expect(values.slice(0, 50)).toEqual(keys.map((key, index) => `${index < 25 ? 'two' : 'one'} ${key}`));
    expect([one.read.mock.calls.length, two.read.mock.calls.length]).toEqual([1, 1]);
    expect([one.read.mock.calls[0]?.[0].length, two.read.mock.calls[0]?.[0].length]).toEqual([25, 25]);
    await resolver.get('K0');
    expect(two.read).toHaveBeenCalledTimes(2);
  });

  it('one key that fails takes no other with it', async () => {
    const { backend } = store('one', 'p');
    const resolver = await createResolver({
      bindings: [{ scope: 'one:p' }],
      backends: {
        one: {
          backend: {
            ...backend,
            read: async (refs) => refs.map(({ key }) => (key === 'K1' ? unknown('deleted') : valueOf(key))),
          },
        },
      },
    });
    const settled = await Promise.allSettled(['K0', 'K1', 'K99'].map((key) => resolver.get(key)));
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value.text() : one.reason.code))).toEqual([
      'K0',
      'secret_unavailable',
      'secret_not_found',
    ]);
  });

  it('a backend that hangs is abandoned, one that throws is redacted', async () => {
    const hanging = { ...store('one', 'p').backend, read: () => new Promise<never>(() => undefined) };
    const late = await createResolver({
      bindings: [{ scope: 'one:p' }],
      backends: { one: { backend: hanging } },
      timeoutMs: 30,
    });
    await expect(late.get('K0')).rejects.toMatchObject({
      code: 'secret_unavailable',
      message: expect.stringContaining('[timeout]'),
    });
    const throwing = { ...store('one', 'p').backend, read: () => Promise.reject(new Error('canary')) };
    const clean = await createResolver({ bindings: [{ scope: 'one:p' }], backends: { one: { backend: throwing } } });
    const error: unknown = await clean.get('K0').catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'secret_unavailable' });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary');
  });

  it('a required backend that cannot be listed rejects, an optional one does not', async () => {
    const failing = scriptedBackend({
      list: () => {
        throw new BackendError('permission_denied');
      },
    });
    const bindings = [{ scope: 'down:p', priority: 1 }, { scope: 'one:p' }];
    const one = store('one', 'p');
    await expect(createResolver({ bindings, backends: { one, down: { backend: failing } } })).rejects.toMatchObject({
      code: 'catalogue_unavailable',
      message: expect.stringContaining('down'),
    });
    const resolver = await createResolver({ bindings, backends: { one, down: { backend: failing, optional: true } } });
    await expect(resolver.get('K0')).rejects.toMatchObject({ code: 'secret_unavailable' });
    expect(resolver.has('K0')).toBe(true);
    expect(one.read).not.toHaveBeenCalled();
  });

  it('tells what could not be queried, with the keys that a map names there', async () => {
    const down = scriptedBackend({
      list: () => {
        throw new BackendError('unreachable');
      },
    });
    const resolver = await createResolver({
      bindings: [
        { scope: 'down:db', priority: 1, map: { password: 'DB_PASSWORD' } },
        { scope: 'down:**', prefix: 'X_' },
        { scope: 'one:p' },
      ],
      backends: { one: store('one', 'p', ['B']), down: { backend: down, optional: true } },
    });
    expect(resolver.unavailable()).toMatchObject([
      { backend: 'down', scopes: [], code: 'unreachable', told: false, bindings: ['1', '2'] },
    ]);
    expect([resolver.has('DB_PASSWORD'), resolver.list()]).toEqual([true, ['B', 'DB_PASSWORD']]);
    await expect(resolver.get('DB_PASSWORD')).rejects.toMatchObject({ code: 'secret_unavailable' });
    await expect(resolver.get('NOWHERE')).rejects.toMatchObject({ code: 'secret_not_found' });
    expect((await resolver.get('B')).text()).toBe('one B');
  });

  it('tells of what is deleted, and skips it where the binding says so', async () => {
    const high = scriptedBackend({
      async *list() {
        const { scope } = ref('K', 'high/gone');
        yield { secrets: [ref('A', 'high/a')], unlisted: [{ scope, depth: 'scope', code: 'deleted' }] };
      },
      read: async (refs) => refs.map(({ key }) => valueOf(`high ${key}`)),
    });
    const low = store('low', 'p', ['A', 'K']);
    const withBinding = (skipDeleted: boolean) =>
      createResolver({
        bindings: [{ scope: 'high:high/**', priority: 1, skipDeleted }, { scope: 'low:p' }],
        backends: { high: { backend: high }, low },
      });
    const strict = await withBinding(false);
    expect((await strict.get('A')).text()).toBe('high A');
    await expect(strict.get('K')).rejects.toMatchObject({
      code: 'secret_unavailable',
      message: expect.stringContaining('high:high/gone'),
    });
    expect(strict.unavailable()).toMatchObject([{ scopes: ['high/gone'], code: 'deleted', told: true }]);
    const skipping = await withBinding(true);
    expect((await skipping.get('K')).text()).toBe('low K');
    expect(skipping.explain('K')).toMatchObject({ status: 'available', skipped: [{ scope: 'high/gone' }] });
    expect(skipping.unavailable()).toEqual([]);
  });

  const withDeleted = (low: SecretBackend | undefined, skipDeleted = false) =>
    createResolver({
      bindings: [{ scope: 'one:p', priority: 1, skipDeleted }, ...(low === undefined ? [] : [{ scope: 'low:p' }])],
      backends: {
        one: {
          backend: scriptedBackend({
            async *list() {
              yield { secrets: [{ ...ref('A', 'p'), problem: 'deleted' as const }, ref('B', 'p')], unlisted: [] };
            },
          }),
        },
        ...(low !== undefined && { low: { backend: low, optional: true } }),
      },
    });

  it('leaves out of its list what is deleted wherever it was', async () => {
    const resolver = await withDeleted(undefined);
    expect([resolver.list(), resolver.has('A'), resolver.has('B')]).toEqual([['B'], false, true]);
    await expect(resolver.get('A')).rejects.toMatchObject({ code: 'secret_unavailable' });
  });

  it('leaves out nothing while a lower place has it, or could not be asked', async () => {
    const down = scriptedBackend({
      list: () => {
        throw new BackendError('unreachable');
      },
    });
    for (const low of [store('low', 'p', ['A']).backend, down]) {
      const resolver = await withDeleted(low);
      expect([resolver.list(), resolver.has('A')]).toEqual([['A', 'B'], true]);
    }
  });

  it.each([
    [{ scope: 'other:p' }, 'there is no backend other'],
    [{ scope: 'one:..' }, 'binding 1'],
    [{ scope: 'one:p', priority: 0.5 }, 'whole number'],
  ])('the binding %j is refused', async (binding, message) => {
    await expect(createResolver({ bindings: [binding], backends: { one: store('one', 'p') } })).rejects.toThrow(
      message,
    );
  });

  it('has, list and getMeta see names and nothing of the prototype', async () => {
    const resolver = await createResolver({
      bindings: [{ scope: 'one:p' }],
      backends: { one: store('one', 'p', ['B', 'a', 'A']) },
    });
    expect(resolver.list()).toEqual(['A', 'B', 'a']);
    expect(resolver.getMeta('A')).toEqual({ backend: 'one', scope: 'p' });
    for (const name of ['toString', '__proto__', 'constructor'])
      expect([resolver.has(name), resolver.getMeta(name)]).toEqual([false, undefined]);
    await expect(resolver.get('AB')).rejects.toThrow('near it: A');
  });
});

it('tells its log which backend breaks the contract, and how', async () => {
  const log = vi.fn();
  const backend = scriptedBackend({
    list: async function* list() {
      yield { secrets: [{ scope: path('apps'), key: 'TOKEN' }] };
    },
    read: async () => [],
  });
  const resolver = await createResolver({ backends: { corp: { backend } }, bindings: [{ scope: 'corp:apps' }], log });
  await expect(resolver.get('TOKEN')).rejects.toMatchObject({
    code: 'secret_unavailable',
    failure: { code: 'bad_answer', reason: 'contract_broken' },
  });
  expect(log).toHaveBeenCalledWith('warn', 'the adapter broke the contract', {
    backend: 'corp',
    operation: 'read',
    problem: 'the adapter answered 1 refs with 0 outcomes',
  });
});
