import {
  BackendError,
  isFailureCode,
  SecretValue,
  type ListPage,
  type ReadOutcome,
  type SecretBackend,
} from '@kici-dev/secret-backend';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { context, hostScripted, lie, path, ref, valueOf, words } from '../../support/scripted-backend.ts';

const policy = { attempts: 1, namesMaxAgeMs: 0 };
const read = async (answer: unknown, keys = ['A']): Promise<readonly ReadOutcome[]> =>
  hostScripted({ read: async () => lie(answer) }, { policy }).read(
    keys.map((key) => ref(key)),
    context(),
  );

describe('what an adapter answers wrongly to a read is unknown(bad_answer), never absent', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'found'],
    ['one too few', [valueOf('a')]],
    ['one too many', [valueOf('a'), valueOf('b'), valueOf('c')]],
    ['an object like a list', { 0: valueOf('a'), 1: valueOf('b'), length: 2 }],
    ['nothing at all for anything', []],
  ])('%s', async (_, answer) => {
    expect(words(await read(answer, ['A', 'B']))).toEqual(['bad_answer', 'bad_answer']);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'absent'],
    ['no status', {}],
    ['another status', { status: 'missing' }],
    ['found without a value', { status: 'found' }],
    ['found with a text', { status: 'found', value: 'text' }],
    ['found with bytes', { status: 'found', value: Uint8Array.of(1) }],
    ['found with a false value', { status: 'found', value: { bytes: () => 'text' } }],
    [
      'found with a value that throws',
      {
        status: 'found',
        value: {
          bytes() {
            throw new Error('value');
          },
        },
      },
    ],
    ['found with a version that is a number', { status: 'found', value: SecretValue.fromText('a'), version: 1 }],
    ['found with an empty version', { status: 'found', value: SecretValue.fromText('a'), version: '' }],
    ['found with a lease that is a text', { status: 'found', value: SecretValue.fromText('a'), lease: 'id' }],
    [
      'found with a lease that ends at no time',
      {
        status: 'found',
        value: SecretValue.fromText('a'),
        lease: { id: 'id', expiresAt: 'soon', renewable: false },
      },
    ],
    ['more than the backend takes', valueOf('x'.repeat(1_001))],
    ['unknown without a code', { status: 'unknown' }],
    ['unknown with another code', { status: 'unknown', code: 'toString' }],
  ])('%s in the place of an outcome, and the others stay', async (_, outcome) => {
    expect(words(await read([valueOf('a'), outcome, { status: 'absent' }], ['A', 'B', 'C']))).toEqual([
      'a',
      'bad_answer',
      'absent',
    ]);
  });

  it('a hole in the list of outcomes', async () => {
    // oxlint-disable-next-line no-sparse-arrays
    expect(words(await read([valueOf('a'), , valueOf('c')], ['A', 'B', 'C']))).toEqual(['a', 'bad_answer', 'c']);
  });

  it('a value of another copy of the contract is taken as it is', async () => {
    expect(
      words(await read([{ status: 'found', value: { bytes: () => Uint8Array.from(Buffer.from('theirs')) } }])),
    ).toEqual(['theirs']);
  });

  it('whatever the answer, there is one outcome of the contract for each ref', async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), fc.array(fc.anything(), { maxLength: 3 }), async (answer, answers) => {
        for (const one of [answer, answers]) {
          for (const outcome of await read(one, ['A', 'B', 'C'])) {
            expect(outcome.status).toBe('unknown');
            expect(outcome.status === 'unknown' && isFailureCode(outcome.code)).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a read that throws at once', async () => {
    const hosted = hostScripted(
      {
        read: () => {
          throw new BackendError('sealed');
        },
      },
      { policy },
    );
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['sealed']);
  });
});

describe('a list that makes no sense is not a list', () => {
  const list = (page: unknown, query: Parameters<SecretBackend['list']>[0] = { depth: 'tree' }) =>
    hostScripted(
      {
        async *list() {
          yield { secrets: [ref('FIRST')] };
          yield lie<ListPage>(page);
        },
      },
      { policy },
    ).listAged(query, context());
  const name = { scope: 'apps', key: 'A' };

  it.each([
    ['null', null],
    ['a text', 'page'],
    ['no secrets', {}],
    ['secrets that are none', { secrets: 'A' }],
    ['a secret that is none', { secrets: [null] }],
    ['a hole', { secrets: Array.from({ length: 1 }) }],
    ['no key', { secrets: [{ scope: 'apps' }] }],
    ['a key that is a number', { secrets: [{ ...name, key: 1 }] }],
    ['no scope', { secrets: [{ key: 'A' }] }],
    ['a scope with a way out', { secrets: [{ ...name, scope: 'apps/../other' }] }],
    ['an empty scope', { secrets: [{ ...name, scope: '' }] }],
    ['a scope with a slash at its end', { secrets: [{ ...name, scope: 'apps/' }] }],
    ['a version that is a number', { secrets: [{ ...name, version: 3 }] }],
    ['a time that is a date', { secrets: [{ ...name, updatedAt: new Date() }] }],
    ['a problem that does not exist', { secrets: [{ ...name, problem: 'odd' }] }],
    ['an unlisted scope without a code', { secrets: [], unlisted: [{ scope: 'apps' }] }],
    ['an unlisted scope that is none', { secrets: [], unlisted: [{ scope: '/', code: 'timeout' }] }],
    ['unlisted that is not a list', { secrets: [], unlisted: 'apps' }],
    ['an unnameable secret without a reason', { secrets: [], unnameable: [{ name: 'A' }] }],
  ])('%s', async (_, page) => {
    await expect(list(page)).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it.each([
    ['no iterable', 7],
    ['undefined', undefined],
    ['a promise of pages', Promise.resolve([])],
  ])('%s in the place of pages', async (_, pages) => {
    await expect(
      hostScripted({ list: () => lie(pages) }, { policy }).listAged({ depth: 'tree' }, context()),
    ).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it.each([
    [{ scope: 'other' }, { scope: path('apps'), depth: 'tree' }],
    [{ scope: 'apps2' }, { scope: path('apps'), depth: 'tree' }],
    [{ scope: 'apps/shop' }, { scope: path('apps'), depth: 'scope' }],
  ] as const)('a scope %j that was not asked for', async ({ scope }, query) => {
    await expect(list({ secrets: [{ scope, key: 'A' }] }, query)).rejects.toMatchObject({ code: 'bad_answer' });
  });

  it('whatever the pages, there are names of the contract or an error of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.anything(),
        fc.array(fc.record({ scope: fc.anything(), key: fc.anything() })),
        async (page, secrets) => {
          for (const one of [page, { secrets }]) {
            const listed = await list(one).catch((error: unknown) => error);
            if (BackendError.is(listed)) expect(listed.code).toBe('bad_answer');
            else
              expect(listed).toMatchObject({
                secrets: expect.any(Array),
                unlisted: expect.any(Array),
                unnameable: expect.any(Array),
              });
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('values that were read in order to list, and whatever else hangs on a name, are dropped', async () => {
    const { secrets } = await list({
      secrets: [
        {
          ...name,
          version: '3',
          updatedAt: '2026-01-01T00:00:00Z',
          declaredOnly: true,
          problem: 'deleted',
          value: SecretValue.fromText('canary'),
          data: 'canary',
        },
      ],
    });
    expect(secrets[1]).toEqual({
      ...name,
      version: '3',
      updatedAt: '2026-01-01T00:00:00Z',
      declaredOnly: true,
      problem: 'deleted',
    });
  });

  it('law 1: a name that comes twice is ambiguous, never first come', async () => {
    const { secrets } = await list({
      secrets: [
        { ...name, version: '1' },
        { ...name, version: '2' },
        { ...name, key: 'B' },
      ],
    });
    expect(secrets).toEqual([ref('FIRST'), { ...name, problem: 'ambiguous' }, { ...name, key: 'B' }]);
  });
});

describe('a receipt that makes no sense is an error', () => {
  const calls = {
    write: [
      (hosted) => hosted.write?.({ ...ref('A'), value: SecretValue.fromText('a') }, context()),
      [undefined, {}, { version: 1 }, { version: '' }, { version: '1', updatedAt: 5 }],
    ],
    delete: [(hosted) => hosted.delete?.(ref('A'), context()), [undefined, {}, { existed: 'yes' }]],
    restore: [(hosted) => hosted.restore?.({ ...ref('A'), version: '1' }, context()), [null, { version: null }]],
    versions: [
      (hosted) => hosted.versions?.(ref('A'), context()),
      [
        undefined,
        {},
        [null],
        [{ version: '1', current: true }],
        [{ version: '1', current: 1, readable: true }],
        [{ version: 1, current: true, readable: true }],
      ],
    ],
    check: [(hosted) => hosted.check(context()), [undefined, 'well', { identity: {} }, { server: 1 }]],
  } satisfies Record<string, readonly [(hosted: SecretBackend) => Promise<unknown> | undefined, readonly unknown[]]>;

  it.each(
    Object.entries(calls).flatMap(([name, [call, answers]]) => answers.map((answer) => [name, answer, call] as const)),
  )('%s: %j', async (name, answer, call) => {
    await expect(call(hostScripted({ [name]: async () => answer }, { policy }))).rejects.toMatchObject({
      code: 'bad_answer',
    });
  });

  it.each([
    ['list', 'x'],
    ['list', [1]],
    ['list', ['a//b']],
    ['delete', -1],
    ['delete', 1.5],
    ['delete', '1'],
  ] as const)('scopes.%s: %j', async (name, answer) => {
    const scopes = {
      list: async () => lie<never>(answer),
      create: async () => undefined,
      rename: async () => undefined,
      delete: async () => lie<never>(answer),
    };
    const hosted = hostScripted({ scopes }, { policy });
    await expect(
      name === 'list' ? hosted.scopes?.list(context()) : hosted.scopes?.delete(path('apps'), context()),
    ).rejects.toMatchObject({ code: 'bad_answer' });
  });
});
