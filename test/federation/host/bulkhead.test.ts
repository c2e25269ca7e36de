import { describe, expect, it } from 'vitest';
import { context, hostScripted, ref, valueOf, words } from '../../support/scripted-backend.ts';

/** Reads that end when the test says so. */
function gate(): {
  readonly active: () => number;
  readonly most: () => number;
  readonly open: () => void;
  readonly read: () => Promise<[ReturnType<typeof valueOf>]>;
} {
  const opened = Promise.withResolvers<void>();
  let active = 0;
  let most = 0;
  return {
    active: () => active,
    most: () => most,
    open: () => opened.resolve(),
    async read() {
      active += 1;
      most = Math.max(most, active);
      await opened.promise;
      active -= 1;
      return [valueOf('value')];
    },
  };
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

describe('a backend works on so many calls at once, and so many wait', () => {
  it('the rest is refused as overloaded, and not as absent', async () => {
    const { read, active, most, open } = gate();
    const hosted = hostScripted({ read }, { policy: { concurrency: 2, queueLimit: 3, attempts: 1 } });
    const reads = Array.from({ length: 7 }, (_, index) => hosted.read([ref(`K${index}`)], context()));
    await turn();
    expect(active()).toBe(2);
    open();
    expect((await Promise.all(reads)).flatMap(words)).toEqual([
      'value',
      'value',
      'value',
      'value',
      'value',
      'overloaded',
      'overloaded',
    ]);
    expect(most()).toBe(2);
    expect(hosted.health()).toEqual({ breaker: 'closed' });
  });

  it('what was cancelled while it waited is never begun', async () => {
    const { read, open } = gate();
    const asked: string[] = [];
    const hosted = hostScripted(
      {
        read: (refs) => {
          asked.push(...refs.map(({ key }) => key));
          return read();
        },
      },
      { policy: { concurrency: 1, queueLimit: 5, attempts: 1 } },
    );
    const first = hosted.read([ref('FIRST')], context());
    const controller = new AbortController();
    const cancelled = hosted.read([ref('CANCELLED')], context({ signal: controller.signal }));
    const last = hosted.read([ref('LAST')], context());
    controller.abort();
    expect(words(await cancelled)).toEqual(['aborted']);
    open();
    expect([...words(await first), ...words(await last)]).toEqual(['value', 'value']);
    expect(asked).toEqual(['FIRST', 'LAST']);
  });

  it('an abandoned call gives up its place', async () => {
    const hosted = hostScripted(
      {
        read: ([asked]) =>
          asked?.key === 'HANGS' ? new Promise(() => undefined) : Promise.resolve([valueOf('value')]),
      },
      { policy: { concurrency: 1, attempts: 1, deadlineMs: 20 } },
    );
    expect(words(await hosted.read([ref('HANGS')], context()))).toEqual(['timeout']);
    expect(words(await hosted.read([ref('A')], context()))).toEqual(['value']);
  });
});
