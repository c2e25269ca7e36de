import { describe, expect, it, vi } from 'vitest';
import type { ReadOutcome, SecretRef } from '@kici-dev/secret-backend';
import { context, hostScripted, ref, valueOf, words } from '../../support/scripted-backend.ts';

/** Reads that end when the test says so. */
function heldReads() {
  const asked: string[][] = [];
  const signals: AbortSignal[] = [];
  const opened = Promise.withResolvers<void>();
  const read = async (
    refs: readonly SecretRef[],
    { signal }: { signal: AbortSignal },
  ): Promise<readonly ReadOutcome[]> => {
    asked.push(refs.map(({ key }) => key));
    signals.push(signal);
    await opened.promise;
    return refs.map(({ key, version }) => valueOf(version === undefined ? key : `${key} ${version}`));
  };
  return { asked, signals, read, open: () => opened.resolve() };
}

describe('calls that are alike and overlap are one', () => {
  it('100 reads of a secret', async () => {
    const { asked, read, open } = heldReads();
    const hosted = hostScripted({ read });
    const reads = Array.from({ length: 100 }, () => hosted.read([ref('A')], context()));
    open();
    expect(new Set((await Promise.all(reads)).flatMap(words))).toEqual(new Set(['A']));
    expect(asked).toEqual([['A']]);
  });

  it('reads that share some of their secrets ask for each once', async () => {
    const { asked, read, open } = heldReads();
    const hosted = hostScripted({ read });
    const reads = [
      ['A', 'B'],
      ['B', 'C', 'A'],
      ['C', 'D', 'D'],
    ].map((keys) =>
      hosted.read(
        keys.map((key) => ref(key)),
        context(),
      ),
    );
    open();
    expect((await Promise.all(reads)).map(words)).toEqual([
      ['A', 'B'],
      ['B', 'C', 'A'],
      ['C', 'D', 'D'],
    ]);
    expect(asked).toEqual([['A', 'B'], ['C'], ['D']]);
  });

  it('but not reads of another version or another scope', async () => {
    const { asked, read, open } = heldReads();
    const hosted = hostScripted({ read });
    const reads = [ref('A'), ref('A', 'apps', '1'), ref('A', 'apps', '2'), ref('A', 'other')].map((one) =>
      hosted.read([one], context()),
    );
    open();
    expect((await Promise.all(reads)).map(words)).toEqual([['A'], ['A 1'], ['A 2'], ['A']]);
    expect(asked).toHaveLength(4);
  });

  it('100 lists and 100 checks', async () => {
    const list = vi.fn(async function* list() {
      yield { secrets: [ref('A')] };
    });
    const check = vi.fn(async () => ({ server: 'one' }));
    const hosted = hostScripted({ list, check }, { policy: { namesMaxAgeMs: 0 } });
    const many = Array.from({ length: 100 });
    const lists = await Promise.all(many.map(() => hosted.listAged({ depth: 'tree' }, context())));
    const checks = await Promise.all(many.map(() => hosted.check(context())));
    expect(lists.every(({ secrets }) => secrets.length === 1)).toBe(true);
    expect(checks).toEqual(many.map(() => ({ server: 'one' })));
    expect([list.mock.calls.length, check.mock.calls.length]).toEqual([1, 1]);
  });

  it('one who stops waiting leaves the others their answer', async () => {
    const { asked, signals, read, open } = heldReads();
    const hosted = hostScripted({ read });
    const controller = new AbortController();
    const gone = hosted.read([ref('A')], context({ signal: controller.signal }));
    const staying = hosted.read([ref('A')], context());
    controller.abort();
    expect(words(await gone)).toEqual(['aborted']);
    expect(signals[0]?.aborted).toBe(false);
    open();
    expect(words(await staying)).toEqual(['A']);
    expect(asked).toHaveLength(1);
  });

  it('the last one who stops waiting cancels the call, and nobody joins it any more', async () => {
    const { asked, signals, read, open } = heldReads();
    const hosted = hostScripted({ read });
    const controller = new AbortController();
    const gone = [1, 2].map(() => hosted.read([ref('A')], context({ signal: controller.signal })));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    controller.abort();
    await Promise.all(gone);
    expect(signals[0]?.aborted).toBe(true);
    open();
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['A']);
    expect(asked).toHaveLength(2);
  });

  it('a read after a write does not join one from before it', async () => {
    let stored = 'old';
    const opened = Promise.withResolvers<void>();
    const hosted = hostScripted({
      async read() {
        const seen = stored;
        await opened.promise;
        return [valueOf(seen)];
      },
      async write({ value }) {
        stored = value.text() ?? '';
        return { version: '2' };
      },
    });
    const before = hosted.read([ref('A')], context());
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    const written = valueOf('new');
    if (written.status === 'found') await hosted.write?.({ ...ref('A'), value: written.value }, context());
    const after = hosted.read([ref('A')], context());
    opened.resolve();
    expect([...words(await before), ...words(await after)]).toEqual(['old', 'new']);
  });
});

describe('where others change the backend and this host is not told', () => {
  it('no call takes the answer to one that began before it', async () => {
    const { asked, read, open } = heldReads();
    const opened = Promise.withResolvers<void>();
    let lists = 0;
    const list = async function* list() {
      lists += 1;
      await opened.promise;
      yield { secrets: [] };
    };
    const hosted = hostScripted({ read, list }, { policy: { mayJoinCalls: false, namesMaxAgeMs: 0 } });
    const twice = [1, 2].flatMap(() => [
      hosted.read([ref('A'), ref('B'), ref('A')], context()).then(words),
      hosted.listAged({ depth: 'tree' }, context()),
    ]);
    open();
    opened.resolve();
    const answers = await Promise.all(twice);
    expect(answers.filter(Array.isArray)).toEqual([
      ['A', 'B', 'A'],
      ['A', 'B', 'A'],
    ]);
    expect([asked, lists]).toEqual([
      [
        ['A', 'B'],
        ['A', 'B'],
      ],
      2,
    ]);
  });
});
