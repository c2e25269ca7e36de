import { describe, expect, it } from 'vitest';
import { gcpDefinition } from '../index.ts';
import { loopbackHost } from './support/host.ts';
import { text } from './support/store.ts';
import { context, ref } from './support/world.ts';

describe('the definition', () => {
  it('is plain data, with conditions on fields that exist and have such a value', () => {
    expect(structuredClone(gcpDefinition.settings)).toEqual(gcpDefinition.settings);
    for (const field of Object.values(gcpDefinition.settings)) {
      const decider = field.when === undefined ? undefined : gcpDefinition.settings[field.when.field];
      if (field.when !== undefined)
        expect(decider?.type === 'choice' ? decider.choices : []).toEqual(expect.arrayContaining([...field.when.is]));
    }
  });

  it('has defaults and examples that its own patterns take', () => {
    for (const [name, field] of Object.entries(gcpDefinition.settings)) {
      if (field.type === 'string' && field.pattern !== undefined)
        for (const value of [field.default, field.example])
          if (value !== undefined) expect(value, name).toMatch(new RegExp(field.pattern));
      if (field.type === 'choice')
        expect(field.choices, name).toEqual(expect.arrayContaining([field.default ?? field.choices[0], field.example]));
    }
  });

  it.each(['secret-per-key', 'object-per-scope'])(
    'makes an instance of %s that declares no more than the definition',
    async (layout) => {
      const backend = await gcpDefinition.create(
        { project: 'acme-production', layout, 'auth.method': 'token', 'auth.token': text('x') },
        loopbackHost(),
      );
      const most: Readonly<Record<string, unknown>> = { ...gcpDefinition.capabilities };
      for (const [name, value] of Object.entries(backend.capabilities))
        if (value === true && name !== 'listReadsValues') expect(most[name], name).toBe(true);
      await backend.close();
    },
  );

  it('makes a backend without asking anybody, and takes no expected version', async () => {
    const backend = await gcpDefinition.create(
      { project: 'acme-production', 'auth.method': 'token', 'auth.token': text('x') },
      loopbackHost({
        resolveAddress: async () => {
          throw new TypeError('nobody may be asked');
        },
      }),
    );
    await expect(
      backend.write?.({ ...ref('K'), value: text('x'), expectedVersion: null }, context()),
    ).rejects.toMatchObject({ code: 'unsupported' });
    await backend.close();
  });
});
