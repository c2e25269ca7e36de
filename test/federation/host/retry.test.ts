import {
  BackendError,
  failureCodes,
  isFailureCode,
  isTransient,
  unknown,
  type FailureCode,
  type SecretRef,
} from '@kici-dev/secret-backend';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { context, hostScripted, ref, valueOf, words } from '../../support/scripted-backend.ts';

const codes = Object.keys(failureCodes).filter(isFailureCode);
const own: readonly FailureCode[] = ['overloaded', 'circuit_open'];
const repeated = codes.filter((code) => isTransient(code) && !own.includes(code));

/** Runs every timer on the way to the answer. */
async function settled<T>(answer: Promise<T>): Promise<T> {
  void answer.catch(() => undefined);
  await vi.runAllTimersAsync();
  return answer;
}

describe('only what may pass is tried again', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each(codes)('a check that fails with %s', async (code) => {
    const check = vi.fn().mockRejectedValue(new BackendError(code));
    await expect(settled(hostScripted({ check }).check(context()))).rejects.toMatchObject({ code });
    expect(check).toHaveBeenCalledTimes(repeated.includes(code) ? 3 : 1);
  });

  it.each(codes)('a change that fails with %s: not after a failure that may have changed something', async (code) => {
    const change = vi.fn().mockRejectedValue(new BackendError(code));
    await expect(
      settled(Promise.resolve(hostScripted({ delete: change }).delete?.(ref('A'), context()))),
    ).rejects.toMatchObject({ code });
    expect(change).toHaveBeenCalledTimes(['throttled', 'sealed'].includes(code) ? 3 : 1);
  });

  it('a list is had from the start', async () => {
    let tries = 0;
    const hosted = hostScripted({
      async *list() {
        tries += 1;
        yield { secrets: [{ ...ref(`K${tries}`) }] };
        if (tries < 3) throw new BackendError('unreachable');
      },
    });
    const { secrets } = await settled(hosted.listAged({ depth: 'tree' }, context()));
    expect(secrets.map(({ key }) => key)).toEqual(['K3']);
  });

  it('of a batch, those refs alone that failed and may not fail again', async () => {
    const asked: string[][] = [];
    const hosted = hostScripted({
      read: async (refs) => {
        asked.push(refs.map(({ key }) => key));
        return refs.map(({ key }) =>
          key === 'DENIED'
            ? unknown('permission_denied')
            : key === 'LATER' && asked.length < 3
              ? unknown('throttled')
              : key === 'NEVER'
                ? unknown('server_error')
                : valueOf(key),
        );
      },
    });
    const outcomes = await settled(
      hosted.read(
        ['A', 'LATER', 'DENIED', 'NEVER', 'B'].map((key): SecretRef => ref(key)),
        context(),
      ),
    );
    expect(words(outcomes)).toEqual(['A', 'LATER', 'permission_denied', 'server_error', 'B']);
    expect(asked).toEqual([
      ['A', 'LATER', 'DENIED', 'NEVER', 'B'],
      ['LATER', 'NEVER'],
      ['LATER', 'NEVER'],
    ]);
  });

  it('what a first try found stays though the second fails as a whole', async () => {
    const read = vi
      .fn()
      .mockResolvedValueOnce([valueOf('a'), unknown('timeout')])
      .mockRejectedValue(new BackendError('unauthenticated'));
    expect(words(await settled(hostScripted({ read }).read([ref('A'), ref('B')], context())))).toEqual([
      'a',
      'timeout',
    ]);
  });

  it('no sooner than the service asked for', async () => {
    const times: number[] = [];
    const hosted = hostScripted({
      check: async () => {
        times.push(Date.now());
        throw new BackendError('throttled', { retryAfterMs: 3_000 });
      },
    });
    const start = Date.now();
    await expect(settled(hosted.check(context()))).rejects.toMatchObject({ code: 'throttled', retryAfterMs: 3_000 });
    expect(times.map((time) => Math.floor((time - start) / 3_000))).toEqual([0, 1, 2]);
  });

  it('not at all when the service asked for more time than there is', async () => {
    const read = vi.fn(async () => [{ ...unknown('throttled'), retryAfterMs: 10_000 }]);
    const hosted = hostScripted({ read });
    const start = Date.now();
    expect(words(await settled(hosted.read([ref('A')], context())))).toEqual(['throttled']);
    expect(read).toHaveBeenCalledTimes(1);
    expect(Date.now()).toBe(start);
  });

  it('after pauses that differ from run to run', async () => {
    const pauses = new Set<number>();
    for (let run = 0; run < 5; run += 1) {
      const times: number[] = [];
      const hosted = hostScripted({
        check: async () => {
          times.push(Date.now());
          throw new BackendError('unreachable');
        },
      });
      await expect(settled(hosted.check(context()))).rejects.toMatchObject({ code: 'unreachable' });
      for (const [index, time] of times.entries()) if (index > 0) pauses.add(time - (times[index - 1] ?? 0));
    }
    expect(pauses.size).toBeGreaterThan(2);
  });

  it('not once the caller has gone', async () => {
    const controller = new AbortController();
    const check = vi.fn(async () => {
      throw new BackendError('unreachable');
    });
    const ended = expect(hostScripted({ check }).check(context({ signal: controller.signal }))).rejects.toMatchObject({
      code: 'aborted',
    });
    await vi.advanceTimersByTimeAsync(0);
    controller.abort();
    await ended;
    await vi.runAllTimersAsync();
    expect(check).toHaveBeenCalledTimes(1);
  });
});
