import { planReads } from '@kici-dev/secret-federation';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asked, getAll, propertyTest, resolveWorld, tell, worldArb } from './world.ts';

describe('a plan reads what was asked for and nothing else', propertyTest, () => {
  it('each secret once, and only what could supply a key that was asked for', () => {
    fc.assert(
      fc.property(worldArb, fc.subarray(asked), (world, wanted) => {
        const { frozen } = resolveWorld(world);
        const { calls, keys } = planReads(frozen, [...wanted, ...wanted]);
        expect([...keys.keys()]).toEqual(wanted);
        for (const [backend, refs] of calls) {
          const places = refs.map(({ scope, key }) => JSON.stringify([backend, scope, key]));
          expect(new Set(places).size).toBe(places.length);
          const alone = wanted.flatMap((key) =>
            (planReads(frozen, [key]).calls.get(backend) ?? []).map(({ scope, key: source }) =>
              JSON.stringify([backend, scope, source]),
            ),
          );
          expect(new Set(places)).toEqual(new Set(alone));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('keys that are asked for together get what each gets alone', () => {
    fc.assert(
      fc.property(worldArb, fc.shuffledSubarray(asked), (world, wanted) => {
        const { frozen } = resolveWorld(world);
        const together = getAll(world, frozen, undefined, wanted);
        for (const key of wanted)
          expect(tell(together.get(key))).toBe(tell(getAll(world, frozen, undefined, [key]).get(key)));
      }),
      { numRuns: 300 },
    );
  });
});
