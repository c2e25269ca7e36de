import { describe, expect, it } from 'vitest';
import { add } from './support/store.ts';
import { transports } from './support/subject.ts';
import { context, openWorld, ref } from './support/world.ts';

const never = (): Promise<never> => new Promise(() => undefined);

describe.each(transports)('deadlines and the end, over %s', (transport) => {
  it('a name that is never looked up keeps no caller past its deadline, and no backend open', async () => {
    await using world = await openWorld({ transport, host: { resolveAddress: never } });
    expect(await world.backend.read([ref('K')], context(200))).toMatchObject([{ code: 'timeout' }]);
    const waiting = world.backend.read([ref('K')], context());
    await world.backend.close();
    expect(await waiting).toMatchObject([{ code: 'closed' }]);
  });

  it('a name that is not looked up again keeps no caller either', async () => {
    let first = true;
    await using world = await openWorld({
      transport,
      host: {
        resolveAddress: async () => {
          if (!first) return never();
          first = false;
          return [{ address: '127.0.0.1', family: 4 }];
        },
      },
    });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.service.faults.set('hang');
    for (const _ of [1, 2])
      expect(await world.backend.read([ref('K')], context(200))).toMatchObject([{ code: 'timeout' }]);
  });

  it('who waits for a free place waits no longer than its own deadline, and leaves the place to the next', async () => {
    await using world = await openWorld({ transport, settings: { concurrency: 1 } });
    for (const key of ['A', 'B', 'C']) add(world.fake.model, `shop--${key}`, 'value');
    const { service } = world.fake;
    const { promise, resolve } = Promise.withResolvers<void>();
    service.gate = promise;
    const first = world.backend.read([ref('A')], context());
    await service.arrived(1);
    const last = world.backend.read([ref('C')], context());
    expect(await world.backend.read([ref('B')], context(100))).toMatchObject([{ code: 'timeout' }]);
    resolve();
    expect([...(await first), ...(await last)]).toMatchObject([{ status: 'found' }, { status: 'found' }]);
    expect(service.requests).toHaveLength(2);
  });

  it('a call that a close overtakes opens no connection', async () => {
    let lookups = 0;
    await using world = await openWorld({
      transport,
      host: {
        resolveAddress: async () => {
          lookups += 1;
          return [{ address: '127.0.0.1', family: 4 }];
        },
      },
    });
    const reading = world.backend.read([ref('K')], context());
    await world.backend.close();
    expect(await reading).toMatchObject([{ code: 'closed' }]);
    expect(lookups).toBe(0);
  });
});
