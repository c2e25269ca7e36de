import { describe, expect, it } from 'vitest';
import { attacks } from '../support/hostile-services.ts';
import { withstand } from '../support/withstand.ts';

/** One of each kind; test/deep/hostile-answers.test.ts tries every shape and size, and prints the figures. */
const chosen =
  /: (?:one long text|a tower of lists|a list of numbers with digits to keep|an object of many keys|many empty entries|many labels of one secret|what decompresses to a thousand times as much)$/;

describe('law 2 and 12: an answer that is built to keep the process busy', () => {
  it.each(attacks(1_900_000).filter(({ name }) => chosen.test(name)))(
    'is a failure or a value, and other jobs go on: $name',
    async (attack) => {
      const { outcomes, heldMs, others } = await withstand(attack);
      expect(outcomes).not.toContain('absent');
      expect(others.served).toBeGreaterThan(0);
      expect(others.failed).toBe(0);
      // An unlimited parser works for seconds at a time.
      expect(heldMs).toBeLessThan(500);
    },
  );
});
