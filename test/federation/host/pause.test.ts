import { BackendError, SecretValue, unknown } from '@kici-dev/secret-backend';
import { memoryCapabilities, memoryHarness } from '@kici-dev/secret-backend-conformance';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { collect, failed } from '../../conformance/collect.ts';
import { context, hostScripted, ref, valueOf, words } from '../../support/scripted-backend.ts';

describe('a backend that refused its credentials', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([
    ['rejects', () => Promise.reject(new BackendError('unauthenticated'))],
    ['answers for each secret', async () => [unknown('unauthenticated')]],
  ] as const)('is left alone for ten seconds, where it %s', async (_, refuse) => {
    const read = vi.fn<() => Promise<ReturnType<typeof unknown>[]>>(refuse);
    const hosted = hostScripted({ read });
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['unauthenticated']);
    vi.advanceTimersByTime(9_999);
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['unauthenticated']);
    await expect(hosted.write?.({ ...ref('A'), value: SecretValue.fromText('x') }, context())).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    expect(read).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    await hosted.read([ref('A')], context());
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('is asked again as soon as a check succeeds, and not when one fails', async () => {
    let isGood = false;
    const answer = async <T>(good: T): Promise<T> => {
      if (isGood) return good;
      throw new BackendError('unauthenticated');
    };
    const hosted = hostScripted({ read: () => answer([valueOf('a')]), check: () => answer({}) });
    await hosted.read([ref('A')], context());
    await expect(hosted.check(context())).rejects.toMatchObject({ code: 'unauthenticated' });
    isGood = true;
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['unauthenticated']);
    await hosted.check(context());
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['a']);
  });

  it('is not left alone for what one secret of several met, or for a right that is missing', async () => {
    const read = vi.fn(async (refs: readonly unknown[]) =>
      refs.map((_, index) => (index === 0 ? unknown('unauthenticated') : unknown('permission_denied'))),
    );
    const hosted = hostScripted({ read });
    for (const _ of [1, 2]) await hosted.read([ref('A'), ref('B')], context());
    expect(read).toHaveBeenCalledTimes(2);
  });
});

describe('the case of the kit', () => {
  it('fails where whatever stands before the backend asks it again all the same', async () => {
    const suite = {
      name: 'no host at all',
      capabilities: memoryCapabilities,
      harness: { ...memoryHarness(), behindHost: true } as const,
    };
    expect(failed(await collect(suite, (id) => id === 'sign-in.pause'))).toEqual(['sign-in.pause']);
  });
});
