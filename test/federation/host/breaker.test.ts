import {
  BackendError,
  failureCodes,
  isFailureCode,
  isTransient,
  unknown,
  type FailureCode,
} from '@kici-dev/secret-backend';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { context, hostScripted, ref, valueOf, words } from '../../support/scripted-backend.ts';

const codes = Object.keys(failureCodes).filter(isFailureCode);
const policy = { attempts: 1 };
const opens = (code: FailureCode): boolean => isTransient(code) && code !== 'overloaded' && code !== 'circuit_open';

describe('a backend that fails again and again is left alone for a moment', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(codes)('five calls in a row that reject with %s', async (code) => {
    const read = vi.fn().mockRejectedValue(new BackendError(code));
    const hosted = hostScripted({ read }, { policy });
    for (let call = 0; call < 5; call += 1) expect(words(await hosted.read([ref('A')], context()))).toEqual([code]);
    expect(hosted.health().breaker).toBe(opens(code) ? 'open' : 'closed');
    expect(words(await hosted.read([ref('A')], context()))).toEqual([opens(code) ? 'circuit_open' : code]);
    expect(read).toHaveBeenCalledTimes(code === 'unauthenticated' ? 1 : opens(code) ? 5 : 6);
  });

  it.each(['permission_denied', 'deleted', 'corrupt', 'absent', 'bad_answer'] as const)(
    'never what is said of a secret: %s',
    async (word) => {
      const hosted = hostScripted(
        { read: async (refs) => refs.map(() => (word === 'absent' ? { status: 'absent' } : unknown(word))) },
        { policy },
      );
      for (let call = 0; call < 20; call += 1) await hosted.read([ref('A')], context());
      expect(hosted.health().breaker).toBe('closed');
    },
  );

  it('a batch that has an answer for anything is not a failure, one that has none is', async () => {
    let healthy = true;
    const hosted = hostScripted(
      { read: async (refs) => refs.map((_, index) => (healthy && index === 0 ? valueOf('a') : unknown('timeout'))) },
      { policy },
    );
    for (let call = 0; call < 10; call += 1) await hosted.read([ref('A'), ref('B')], context());
    expect(hosted.health()).toEqual({ breaker: 'closed' });
    healthy = false;
    for (let call = 0; call < 5; call += 1) await hosted.read([ref('A'), ref('B')], context());
    const now = Date.now();
    expect(hosted.health()).toEqual({
      breaker: 'open',
      openedAt: now,
      failure: 'timeout',
      lastFailure: { code: 'timeout', at: now },
    });
  });

  it('failures that are not in a row do not count', async () => {
    let call = 0;
    const hosted = hostScripted(
      {
        read: async () => {
          call += 1;
          if (call % 5 > 0) throw new BackendError('unreachable');
          return [valueOf('a')];
        },
      },
      { policy },
    );
    for (let round = 0; round < 25; round += 1) await hosted.read([ref('A')], context());
    expect(hosted.health().breaker).toBe('closed');
  });

  it('lets one call try after ten seconds, and closes when it succeeds', async () => {
    let down = true;
    const read = vi.fn(async () => {
      if (down) throw new BackendError('unreachable');
      return [valueOf('a')];
    });
    const hosted = hostScripted({ read }, { policy });
    for (let call = 0; call < 5; call += 1) await hosted.read([ref('A')], context());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['unreachable']);
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['circuit_open']);
    const lastFailure = { code: 'unreachable', at: Date.now() };
    expect(hosted.health()).toMatchObject({ breaker: 'open', openedAt: lastFailure.at - 10_000, lastFailure });
    down = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['a']);
    expect(hosted.health()).toEqual({ breaker: 'closed', lastFailure });
  });

  it('is half open once the pause has passed, though nobody calls', async () => {
    const hosted = hostScripted({ read: () => Promise.reject(new BackendError('unreachable')) }, { policy });
    for (let call = 0; call < 5; call += 1) await hosted.read([ref('A')], context());
    await vi.advanceTimersByTimeAsync(9_999);
    expect(hosted.health().breaker).toBe('open');
    await vi.advanceTimersByTimeAsync(1);
    expect(hosted.health().breaker).toBe('half_open');
    await hosted.read([ref('A')], context());
    expect(hosted.health().breaker).toBe('open');
  });

  it('does not take a call that its caller cancelled for a sign of life', async () => {
    let answer = (): Promise<never> => Promise.reject(new BackendError('unreachable'));
    const hosted = hostScripted({ read: () => answer() }, { policy });
    for (let call = 0; call < 5; call += 1) await hosted.read([ref('A')], context());
    await vi.advanceTimersByTimeAsync(10_000);
    answer = () => new Promise(() => undefined);
    const controller = new AbortController();
    const read = hosted.read([ref('A')], context({ signal: controller.signal }));
    await vi.advanceTimersByTimeAsync(0);
    expect(hosted.health().breaker).toBe('half_open');
    controller.abort();
    expect(words(await read)).toEqual(['aborted']);
    await vi.advanceTimersByTimeAsync(0);
    expect(hosted.health().breaker).toBe('open');
  });

  it('a check passes an open breaker, and closes it when it succeeds', async () => {
    let down = true;
    const fail = async (): Promise<never> => {
      throw new BackendError('sealed');
    };
    const hosted = hostScripted(
      { read: async (refs) => (down ? fail() : refs.map(() => valueOf('a'))), check: async () => (down ? fail() : {}) },
      { policy },
    );
    for (let call = 0; call < 5; call += 1) await hosted.read([ref('A')], context());
    await expect(hosted.check(context())).rejects.toMatchObject({ code: 'sealed' });
    expect(hosted.health().breaker).toBe('open');
    down = false;
    await hosted.check(context());
    expect(hosted.health()).toMatchObject({ breaker: 'closed' });
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['a']);
  });
});
