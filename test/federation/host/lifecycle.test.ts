import { BackendError, SecretValue } from '@kici-dev/secret-backend';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  context,
  hostScripted,
  lie,
  path,
  ref,
  scriptedBackend,
  valueOf,
  words,
} from '../../support/scripted-backend.ts';

describe('an instance is made when it is first needed', () => {
  it('once, though many need it at once', async () => {
    const create = vi.fn(async () => scriptedBackend());
    const hosted = hostScripted(create);
    expect(create).not.toHaveBeenCalled();
    await Promise.all([
      hosted.read([ref('A')], context()),
      hosted.check(context()),
      hosted.listAged({ depth: 'tree' }, context()),
      hosted.ready(),
    ]);
    expect(create).toHaveBeenCalledTimes(1);
  });

  it.each([
    [
      'a BackendError',
      () => {
        throw new BackendError('unreachable', { detail: 'the address is not an address' });
      },
    ],
    [
      'another error',
      () => {
        throw new Error('value');
      },
    ],
    ['nothing', () => lie<never>(undefined)],
    [
      'no backend',
      () =>
        lie<never>({
          read() {
            return [];
          },
        }),
    ],
    ['a backend without capabilities', () => ({ ...scriptedBackend(), capabilities: lie<never>(undefined) })],
    [
      'a backend with half its capabilities',
      () => ({ ...scriptedBackend(), capabilities: lie<never>({ write: true }) }),
    ],
  ])('a creation that brings %s is misconfigured, in every call', async (_, create) => {
    const hosted = hostScripted(create, { policy: { attempts: 1 } });
    expect(words(await hosted.read([ref('A'), ref('B')], context()))).toEqual(['misconfigured', 'misconfigured']);
    await expect(hosted.check(context())).rejects.toMatchObject({ code: 'misconfigured' });
    await expect(hosted.ready()).rejects.toMatchObject({ code: 'misconfigured' });
    expect(hosted.health()).toMatchObject({ breaker: 'closed', failure: 'misconfigured' });
    await hosted.close();
  });

  it('a creation that failed is tried again', async () => {
    let broken = true;
    const hosted = hostScripted(() => {
      if (broken) throw new BackendError('misconfigured');
      return scriptedBackend();
    });
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['misconfigured']);
    broken = false;
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['value']);
  });
});

describe('a closed host', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('rejects every call with closed, and closes the instance once', async () => {
    const close = vi.fn(async () => undefined);
    const hosted = hostScripted({ close });
    await hosted.check(context());
    await Promise.all([hosted.close(), hosted.close()]);
    const value = SecretValue.fromText('a');
    const calls = [
      () => hosted.read([ref('A')], context()),
      () => hosted.readAged([ref('A')], context()),
      () => hosted.listAged({ depth: 'tree' }, context()),
      () => hosted.check(context()),
      () => hosted.ready(),
      async () => {
        for await (const page of hosted.list({ depth: 'tree' }, context())) expect(page).toBeUndefined();
      },
      () => hosted.write?.({ ...ref('A'), value }, context()),
      () => hosted.delete?.(ref('A'), context()),
      () => hosted.versions?.(ref('A'), context()),
      () => hosted.restore?.({ ...ref('A'), version: '1' }, context()),
      () => hosted.declare?.(ref('A'), context()),
      () => hosted.scopes?.list(context()),
      () => hosted.scopes?.create(path('a'), context()),
      () => hosted.scopes?.rename(path('a'), path('b'), context()),
      () => hosted.scopes?.delete(path('a'), context()),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'closed' });
    expect(close).toHaveBeenCalledTimes(1);
  });

  it('does not make an instance in order to close it', async () => {
    const create = vi.fn(async () => scriptedBackend());
    await hostScripted(create).close();
    expect(create).not.toHaveBeenCalled();
  });

  it('lets calls that are under way end first', async () => {
    const opened = Promise.withResolvers<void>();
    const events: string[] = [];
    const hosted = hostScripted({
      read: async () => {
        await opened.promise;
        events.push('read');
        return [valueOf('a')];
      },
      close: async () => {
        events.push('close');
      },
    });
    const read = hosted.read([ref('A')], context());
    const closed = hosted.close();
    opened.resolve();
    expect(words(await read)).toEqual(['a']);
    await closed;
    expect(events).toEqual(['read', 'close']);
  });

  it('does not wait for ever, and leaves no timer', async () => {
    vi.useFakeTimers();
    const hosted = hostScripted({
      read: () => new Promise(() => undefined),
      close: () => new Promise(() => undefined),
    });
    const read = hosted.read([ref('A')], context());
    const closed = hosted.close();
    await vi.advanceTimersByTimeAsync(20_000);
    await closed;
    expect(words(await read)).toEqual(['timeout']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('health', () => {
  it('tells when it was checked, how long that took, and what failed last', async () => {
    let failing = false;
    const hosted = hostScripted({
      check: async () => {
        if (failing) throw new BackendError('unauthenticated');
        return { identity: 'ci', server: 'scripted 1' };
      },
    });
    expect(hosted.health()).toEqual({ breaker: 'closed' });
    expect(await hosted.check(context())).toEqual({ identity: 'ci', server: 'scripted 1' });
    const well = hosted.health();
    expect(well).toEqual({ breaker: 'closed', lastCheckAt: expect.any(Number), latencyMs: expect.any(Number) });
    failing = true;
    await expect(hosted.check(context())).rejects.toMatchObject({ code: 'unauthenticated' });
    const lastFailure = { code: 'unauthenticated', at: expect.any(Number) };
    expect(hosted.health()).toEqual({
      breaker: 'closed',
      lastCheckAt: expect.any(Number),
      failure: 'unauthenticated',
      lastFailure,
    });
    failing = false;
    await hosted.check(context());
    expect(hosted.health()).not.toHaveProperty('failure');
  });
});
