import { BackendError } from '@kici-dev/secret-backend';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { context, hostScripted, ref, words } from '../../support/scripted-backend.ts';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

describe('every call ends by its deadline, whatever the adapter does', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('abandons a read that ignores its signal, as unknown(timeout)', async () => {
    let signal: AbortSignal | undefined;
    const hosted = hostScripted({
      read: (_, { signal: given }) => {
        signal = given;
        return never();
      },
    });
    const read = hosted.read([ref('A'), ref('B')], context());
    await vi.advanceTimersByTimeAsync(9_999);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(words(await read)).toEqual(['timeout', 'timeout']);
    expect(signal?.aborted).toBe(true);
  });

  it.each([
    ['list', (hosted) => hosted.listAged({ depth: 'tree' }, context())],
    ['check', (hosted) => hosted.check(context())],
    ['write', (hosted) => hosted.delete?.(ref('A'), context())],
    ['versions', (hosted) => hosted.versions?.(ref('A'), context())],
  ] satisfies [string, (hosted: ReturnType<typeof hostScripted>) => Promise<unknown> | undefined][])(
    'abandons a %s that hangs',
    async (_, call) => {
      const hosted = hostScripted({
        list: () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }),
        check: never,
        delete: never,
        versions: never,
      });
      const ended = expect(call(hosted)).rejects.toMatchObject({ code: 'timeout' });
      await vi.advanceTimersByTimeAsync(10_000);
      await ended;
    },
  );

  it('obeys an earlier deadline of the caller', async () => {
    const hosted = hostScripted({ read: never });
    const read = hosted.read([ref('A')], context({ deadline: Date.now() + 50 }));
    await vi.advanceTimersByTimeAsync(50);
    expect(words(await read)).toEqual(['timeout']);
  });

  it('tells the adapter a deadline that it keeps itself', async () => {
    const deadlines: number[] = [];
    const hosted = hostScripted(
      {
        read: async (_, { deadline }) => {
          deadlines.push(deadline);
          return [];
        },
      },
      { policy: { attempts: 1 } },
    );
    await hosted.read([ref('A')], context());
    expect(deadlines).toEqual([Date.now() + 10_000]);
  });

  it('says aborted when the caller cancels, and timeout when its own timer does', async () => {
    const controller = new AbortController();
    const hosted = hostScripted({ check: never });
    const cancelled = expect(hosted.check(context({ signal: controller.signal }))).rejects.toMatchObject({
      code: 'aborted',
    });
    controller.abort();
    await cancelled;
    const timedOut = new AbortController();
    const late = expect(hosted.check(context({ signal: timedOut.signal }))).rejects.toMatchObject({ code: 'timeout' });
    timedOut.abort(new DOMException('late', 'TimeoutError'));
    await late;
  });

  it('does not begin what nobody waits for any more', async () => {
    const called = vi.fn<() => Promise<never>>(never);
    const hosted = hostScripted({ read: called, check: called, delete: called });
    expect(words(await hosted.read([ref('A')], context({ deadline: Date.now() - 1 })))).toEqual(['timeout']);
    await expect(hosted.check(context({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ code: 'aborted' });
    await expect(hosted.delete?.(ref('A'), context({ signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(called).not.toHaveBeenCalled();
  });

  it('drops what an abandoned call brings later, a rejection among it', async () => {
    const late = Promise.withResolvers<never>();
    const hosted = hostScripted({ read: () => late.promise });
    const read = hosted.read([ref('A')], context());
    await vi.advanceTimersByTimeAsync(10_000);
    await read;
    late.reject(new BackendError('server_error'));
    // An unhandled rejection would fail the test run.
    await vi.advanceTimersByTimeAsync(1_000);
  });

  it('leaves no timer behind a call that has ended', async () => {
    const hosted = hostScripted({}, { policy: { namesMaxAgeMs: 0 } });
    await hosted.read([ref('A')], context());
    await hosted.check(context());
    await hosted.listAged({ depth: 'tree' }, context());
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stops reading a list that has no end', async () => {
    let pages = 0;
    const hosted = hostScripted(
      {
        async *list() {
          for (;;) {
            pages += 1;
            await new Promise((resolve) => setTimeout(resolve, 100));
            yield { secrets: [] };
          }
        },
      },
      { policy: { attempts: 1 } },
    );
    const listed = expect(hosted.listAged({ depth: 'tree' }, context())).rejects.toMatchObject({ code: 'timeout' });
    await vi.advanceTimersByTimeAsync(10_000);
    await listed;
    await vi.advanceTimersByTimeAsync(1_000);
    const after = pages;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pages).toBe(after);
  });
});
