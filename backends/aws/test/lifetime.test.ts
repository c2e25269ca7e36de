import { expect, it } from 'vitest';
import { context, openScene, ref, textPayload } from './support/scene.ts';

it('a close ends what is under way, and nothing is asked after it', async () => {
  const { fake, backend } = await openScene();
  const names = Array.from({ length: 40 }, (_, index) => `K${index}`);
  for (const name of names) fake.store.create(`apps/${name}`, textPayload('value'));
  fake.faults.set('hang');
  // One by one, ten at once: pinned versions cannot be batched.
  const reading = backend.read(
    names.map((name) => ref('apps', name, 'AWSCURRENT')),
    context(3_000),
  );
  await expect.poll(() => fake.count()).toBe(10);
  await backend.close();
  fake.faults.heal();
  expect(
    new Set((await reading).map((outcome) => (outcome.status === 'unknown' ? outcome.code : outcome.status))),
  ).toEqual(new Set(['closed']));
  expect(fake.count()).toBe(10);
});
