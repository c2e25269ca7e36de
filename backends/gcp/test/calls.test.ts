import { describe, expect, it } from 'vitest';
import { add } from './support/store.ts';
import { transports } from './support/subject.ts';
import { context, openWorld, ref } from './support/world.ts';

const refs = Array.from({ length: 500 }, (_, index) => ref(`K${index}`));

/** Calls cost money and quota. */
describe.each(transports)('500 keys, over %s', (transport) => {
  it('with one secret for each key are one access for each, so many at once and no more', async () => {
    await using world = await openWorld({ transport, settings: { concurrency: 20 } });
    for (const { key } of refs) add(world.fake.model, `shop--${key}`, `value of ${key}`);
    const { service } = world.fake;
    const { promise, resolve } = Promise.withResolvers<void>();
    service.gate = promise;
    const reading = world.backend.read(refs, context());
    await service.arrived(20);
    resolve();
    const outcomes = await reading;
    expect(outcomes.map((outcome) => (outcome.status === 'found' ? outcome.value.text() : outcome.status))).toEqual(
      refs.map(({ key }) => `value of ${key}`),
    );
    expect(world.calls()).toEqual(Array.from({ length: 500 }, () => 'AccessSecretVersion'));
    expect(service.maxInFlight).toBe(20);
  });

  it('of one JSON object are one access', async () => {
    await using world = await openWorld({ transport, settings: { layout: 'object-per-scope' } });
    add(world.fake.model, 'shop', JSON.stringify(Object.fromEntries(refs.map(({ key }) => [key, `value of ${key}`]))));
    const outcomes = await world.backend.read(refs, context());
    expect(outcomes.every(({ status }) => status === 'found')).toBe(true);
    expect(world.calls()).toEqual(['AccessSecretVersion']);
  });

  it('that are asked for twice in one read are accessed once', async () => {
    await using world = await openWorld({ transport });
    for (const { key } of refs) add(world.fake.model, `shop--${key}`, 'value');
    await world.backend.read([...refs, ...refs], context());
    expect(world.calls()).toHaveLength(500);
  });

  it('are listed in pages, not one by one', async () => {
    await using world = await openWorld({ transport });
    for (const { key } of refs) add(world.fake.model, `shop--${key}`, 'value');
    expect((await world.list()).secrets).toHaveLength(500);
    expect(world.calls()).toEqual(['ListSecrets']);
  });
});
