import { buildCatalogue, explain, followCatalogue, type Catalogue } from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, keys, outageArb, path, propertyTest, resolveWorld, scopes, worldArb } from './world.ts';

const changeArb = fc.record({
  at: fc.nat(2),
  scope: fc.constantFrom(...scopes),
  key: fc.constantFrom(...keys),
  now: fc.constantFrom({ version: '3' }, { declaredOnly: true as const }, { problem: 'deleted' as const }, undefined),
});

const told = (catalogue: Catalogue): unknown => ({
  keys: [...catalogue.entries.keys()].toSorted(),
  explained: [...catalogue.entries.keys(), ...asked].toSorted().map((key) => explain(catalogue, key)),
  unbindable: catalogue.unbindable.map((one) => JSON.stringify(one)).toSorted(),
});

describe('a catalogue that follows changes is the one that would be built again', propertyTest, () => {
  it('whatever changes, one secret after the other', () => {
    fc.assert(
      fc.property(
        worldArb,
        outageArb,
        fc.array(changeArb, { minLength: 1, maxLength: 5 }),
        (world, outage, changes) => {
          const { compiled, listings } = resolveWorld(world, outage);
          const traits = world.stores.map((store) => store.traits);
          const live = followCatalogue(compiled, traits, listings);
          // One complete listing per backend, so that there is a single place to change.
          const names = new Map(
            traits.map(({ name }) => [
              name,
              listings.filter(({ backend }) => backend === name).flatMap(({ secrets }) => secrets),
            ]),
          );
          const rest = listings.map((listing) => ({ ...listing, secrets: [] }));
          for (const { at, scope, key, now } of changes) {
            const backend = traits[at]?.name ?? '';
            const place = { scope: path(scope), key };
            const before = new Map([...live.catalogue.entries].map(([name, entry]) => [name, JSON.stringify(entry)]));
            const changed = live.change(backend, place, now === undefined ? undefined : { ...place, ...now });
            names.set(backend, [
              ...(names.get(backend) ?? []).filter((secret) => secret.scope !== scope || secret.key !== key),
              ...(now === undefined ? [] : [{ ...place, ...now }]),
            ]);
            const rebuilt = buildCatalogue(compiled, traits, [
              ...rest,
              ...[...names].map(([name, secrets]) => ({
                backend: name,
                query: { depth: 'tree' as const },
                secrets,
                unlisted: [],
                unnameable: [],
              })),
            ]);
            expect(told(live.catalogue)).toEqual(told(rebuilt));
            for (const [name, entry] of live.catalogue.entries)
              if (!changed.includes(name)) expect(JSON.stringify(entry)).toBe(before.get(name));
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
