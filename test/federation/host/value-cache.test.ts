import {
  BackendError,
  failureCodes,
  isFailureCode,
  isTransient,
  SecretValue,
  unknown,
  type ListPage,
  type ReadOutcome,
} from '@kici-dev/secret-backend';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { context, hostScripted, lie, ref, valueOf, words, type Hosting } from '../../support/scripted-backend.ts';

const codes = Object.keys(failureCodes).filter(isFailureCode);
const secret = ref('A');

/** A backend whose answer a test changes; the count shows whether it was queried. */
function answering(first: ReadOutcome, hosting: Hosting) {
  const state = { answer: first, reads: 0 };
  const hosted = hostScripted(
    {
      read: async (refs) => {
        state.reads += 1;
        return refs.map(() => state.answer);
      },
    },
    { ...hosting, policy: { attempts: 1, ...hosting.policy } },
  );
  const read = async (one = secret) => {
    const [aged] = await hosted.readAged([one], context());
    return [aged === undefined ? undefined : words([aged.outcome])[0], aged?.ageMs];
  };
  return { state, hosted, read };
}

describe('law 2: an outage may take a value away, never change it', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('the value cache is off by default', async () => {
    const { state, read } = answering(valueOf('one'), {});
    await read();
    state.answer = valueOf('two');
    expect(await read()).toEqual(['two', undefined]);
    state.answer = unknown('unreachable');
    expect(await read()).toEqual(['unreachable', undefined]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('serves a value up to its maximum age, and says how old it is', async () => {
    const { state, read } = answering(valueOf('one', '7'), { policy: { cacheMaxAgeMs: 60_000 } });
    expect(await read()).toEqual(['one', undefined]);
    state.answer = valueOf('two');
    await vi.advanceTimersByTimeAsync(59_999);
    expect(await read()).toEqual(['one', 59_999]);
    expect(state.reads).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await read()).toEqual(['two', undefined]);
  });

  it.each([-1_800_000, -50_000, 1_800_000])('grows old while somebody sets the clock by %i ms', async (jump) => {
    const { state, read } = answering(valueOf('one'), { policy: { cacheMaxAgeMs: 60_000 } });
    await read();
    state.answer = valueOf('two');
    await vi.advanceTimersByTimeAsync(55_000);
    vi.setSystemTime(Date.now() + jump);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await read()).toEqual(['two', undefined]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a cached value is not served in an outage, unless that was allowed too', async () => {
    const { state, read } = answering(valueOf('one'), { policy: { cacheMaxAgeMs: 60_000 } });
    await read();
    state.answer = unknown('unreachable');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await read()).toEqual(['unreachable', undefined]);
  });

  it('every coordinate of a request is part of the key: scope, key, version', async () => {
    const hosted = hostScripted(
      { read: async (refs) => refs.map(({ scope, key, version }) => valueOf(`${scope} ${key} ${version}`)) },
      { policy: { cacheMaxAgeMs: 60_000 } },
    );
    const refs = [
      ref('A'),
      ref('A', 'apps', '1'),
      ref('A', 'apps', '2'),
      ref('B'),
      ref('A', 'apps/x'),
      ref('x/A'),
      ref('A","B'),
      ref('A', 'apps', 'null'),
    ];
    const first = words(await hosted.read(refs, context()));
    expect(new Set(first).size).toBe(refs.length);
    expect(words(await hosted.read(refs, context()))).toEqual(first);
  });

  it('two instances, and two generations of one instance, share nothing', async () => {
    const policy = { cacheMaxAgeMs: 60_000 };
    const old = answering(valueOf('old'), { policy: { ...policy, settingsGeneration: 1 } });
    await old.read();
    expect(await answering(valueOf('new'), { policy: { ...policy, settingsGeneration: 2 } }).read()).toEqual([
      'new',
      undefined,
    ]);
  });

  it.each(codes)('the last good value stands in for %s only where that may pass', async (code) => {
    const { state, read } = answering(valueOf('good'), { policy: { serveStaleMs: 300_000 } });
    await read();
    await vi.advanceTimersByTimeAsync(1_000);
    state.answer = unknown(code);
    expect(await read()).toEqual(isTransient(code) ? ['good', 1_000] : [code, undefined]);
  });

  it('and no longer than was allowed', async () => {
    const { state, read } = answering(valueOf('good'), { policy: { serveStaleMs: 300_000 } });
    await read();
    state.answer = unknown('timeout');
    await vi.advanceTimersByTimeAsync(299_999);
    expect(await read()).toEqual(['good', 299_999]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await read()).toEqual(['timeout', undefined]);
  });

  it('it also stands in for a read that hangs or rejects, and while the breaker is open', async () => {
    let mode: 'well' | 'hang' | 'reject' = 'well';
    const hosted = hostScripted(
      {
        read: async () =>
          mode === 'hang'
            ? new Promise<never>(() => undefined)
            : mode === 'reject'
              ? Promise.reject(new BackendError('sealed'))
              : [valueOf('good')],
      },
      { policy: { attempts: 1, serveStaleMs: 300_000 } },
    );
    await hosted.read([secret], context());
    mode = 'hang';
    const hung = hosted.read([secret], context());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(words(await hung)).toEqual(['good']);
    mode = 'reject';
    for (let call = 0; call < 6; call += 1) expect(words(await hosted.read([secret], context()))).toEqual(['good']);
    expect(hosted.health().breaker).toBe('open');
    expect(words(await hosted.read([ref('NEVER_READ')], context()))).toEqual(['circuit_open']);
  });

  it.each([
    'permission_denied',
    'unauthenticated',
    'deleted',
    'destroyed',
    'disabled',
    'scheduled_for_deletion',
    'absent',
  ] as const)('never again after %s', async (word) => {
    const { state, read } = answering(valueOf('good'), { policy: { serveStaleMs: 300_000, cacheMaxAgeMs: 10 } });
    await read();
    await vi.advanceTimersByTimeAsync(1_000);
    state.answer = word === 'absent' ? { status: 'absent' } : unknown(word);
    expect(await read()).toEqual([word, undefined]);
    // Past the pause that follows refused credentials.
    await vi.advanceTimersByTimeAsync(10_000);
    state.answer = unknown('unreachable');
    expect(await read()).toEqual(['unreachable', undefined]);
  });

  it.each<[string, ListPage]>([
    ['says so of the secret', { secrets: [{ ...secret, problem: 'deleted' }] }],
    ['says so of its scope', { secrets: [], unlisted: [{ scope: secret.scope, depth: 'scope', code: 'deleted' }] }],
    [
      'may not look into its scope',
      { secrets: [], unlisted: [{ scope: secret.scope, depth: 'scope', code: 'permission_denied' }] },
    ],
  ])('nor after a deletion or a refusal that a list has told: it %s', async (_, page) => {
    const other = ref('A', 'other');
    let answer: ReadOutcome = valueOf('one');
    const hosted = hostScripted(
      {
        read: async (refs) => refs.map(() => answer),
        list: async function* list() {
          yield page;
        },
      },
      { policy: { attempts: 1, serveStaleMs: 60_000 } },
    );
    await hosted.read([secret, other], context());
    await hosted.listAged({ depth: 'tree' }, context());
    answer = unknown('unreachable');
    expect(words(await hosted.read([secret, other], context()))).toEqual(['unreachable', 'one']);
  });

  it('credentials that are refused anywhere end the serving of every value', async () => {
    let refused = false;
    const hosted = hostScripted(
      {
        read: async (refs) => refs.map(() => (refused ? unknown('unreachable') : valueOf('good'))),
        check: () => Promise.reject(new BackendError('permission_denied')),
      },
      { policy: { attempts: 1, serveStaleMs: 300_000 } },
    );
    await hosted.read([secret], context());
    await expect(hosted.check(context())).rejects.toMatchObject({ code: 'permission_denied' });
    refused = true;
    expect(words(await hosted.read([secret], context()))).toEqual(['unreachable']);
  });

  const writes = {
    write: (hosted) => hosted.write?.({ ...secret, value: SecretValue.fromText('new') }, context()),
    delete: (hosted) => hosted.delete?.(secret, context()),
    restore: (hosted) => hosted.restore?.({ ...secret, version: '1' }, context()),
    declare: (hosted) => hosted.declare?.(secret, context()),
    'scopes.rename': (hosted) => hosted.scopes?.rename(secret.scope, ref('x', 'other').scope, context()),
    'scopes.delete': (hosted) => hosted.scopes?.delete(secret.scope, context()),
    invalidate: async (hosted) => hosted.invalidate(),
  } satisfies Record<string, (hosted: ReturnType<typeof hostScripted>) => Promise<unknown> | undefined>;

  it.each(Object.entries(writes))('after %s the next read asks the backend', async (_, change) => {
    const { state, hosted, read } = answering(valueOf('old'), {
      policy: { cacheMaxAgeMs: 60_000, serveStaleMs: 60_000 },
    });
    await read();
    state.answer = valueOf('new');
    await change(hosted);
    expect(await read()).toEqual(['new', undefined]);
  });

  it('after a write that failed, too: it may have been made', async () => {
    const state = { stored: 'old' };
    const hosted = hostScripted(
      {
        read: async () => [valueOf(state.stored)],
        write: async () => {
          state.stored = 'new';
          throw new BackendError('timeout');
        },
      },
      { policy: { attempts: 1, cacheMaxAgeMs: 60_000 } },
    );
    await hosted.read([secret], context());
    await expect(hosted.write?.({ ...secret, value: SecretValue.fromText('new') }, context())).rejects.toMatchObject({
      code: 'timeout',
    });
    expect(words(await hosted.read([secret], context()))).toEqual(['new']);
  });

  it('and after a write that was abandoned and is made later', async () => {
    const state = { stored: 'old' };
    const late = Promise.withResolvers<void>();
    const hosted = hostScripted(
      {
        read: async () => [valueOf(state.stored)],
        write: async () => {
          await late.promise;
          state.stored = 'new';
          return { version: '2' };
        },
      },
      { policy: { attempts: 1, cacheMaxAgeMs: 60_000 } },
    );
    const written = expect(
      hosted.write?.({ ...secret, value: SecretValue.fromText('new') }, context()),
    ).rejects.toMatchObject({ code: 'timeout' });
    await vi.advanceTimersByTimeAsync(10_000);
    await written;
    expect(words(await hosted.read([secret], context()))).toEqual(['old']);
    late.resolve();
    await vi.advanceTimersByTimeAsync(0);
    expect(words(await hosted.read([secret], context()))).toEqual(['new']);
  });

  it('a write leaves the last good values of other secrets', async () => {
    const { state, hosted, read } = answering(valueOf('good'), { policy: { serveStaleMs: 60_000 } });
    await read(ref('OTHER'));
    await hosted.delete?.(secret, context());
    state.answer = unknown('unreachable');
    expect(await read(ref('OTHER'))).toEqual(['good', 0]);
  });

  it('what a read from before a write found is not kept', async () => {
    const opened = Promise.withResolvers<void>();
    let stored = 'old';
    const hosted = hostScripted(
      {
        read: async () => {
          const seen = stored;
          await opened.promise;
          return [valueOf(seen)];
        },
        delete: async () => {
          stored = 'new';
          return { existed: true };
        },
      },
      { policy: { cacheMaxAgeMs: 60_000 } },
    );
    const before = hosted.read([secret], context());
    await vi.advanceTimersByTimeAsync(0);
    await hosted.delete?.(secret, context());
    opened.resolve();
    expect(words(await before)).toEqual(['old']);
    expect(words(await hosted.read([secret], context()))).toEqual(['new']);
  });

  it('nothing stays in memory longer than it may be served, and no timer after closing', async () => {
    const { hosted, read } = answering(valueOf('good'), { policy: { cacheMaxAgeMs: 1_000, serveStaleMs: 5_000 } });
    await read();
    await vi.advanceTimersByTimeAsync(2_000);
    await read(ref('B'));
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(vi.getTimerCount()).toBe(0);
    await read();
    await hosted.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a batch is answered from both, in order', async () => {
    const hosted = hostScripted(
      { read: async (refs) => refs.map(({ key }) => valueOf(key)) },
      { policy: { cacheMaxAgeMs: 60_000 } },
    );
    await hosted.read([ref('B')], context());
    await vi.advanceTimersByTimeAsync(10);
    const aged = await hosted.readAged([ref('A'), ref('B'), ref('C'), ref('B')], context());
    expect(aged.map(({ outcome, ageMs }) => [...words([outcome]), ageMs])).toEqual([
      ['A', undefined],
      ['B', 10],
      ['C', undefined],
      ['B', 10],
    ]);
  });

  it('an adapter cannot change a value that is cached', async () => {
    const bytes = Uint8Array.from(Buffer.from('good'));
    const hosted = hostScripted(
      { read: async () => [{ status: 'found', value: lie({ bytes: () => bytes }) }] },
      { policy: { cacheMaxAgeMs: 60_000 } },
    );
    await hosted.read([secret], context());
    bytes.fill(0);
    expect(words(await hosted.read([secret], context()))).toEqual(['good']);
  });
});
