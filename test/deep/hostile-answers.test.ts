import { afterAll, describe, expect, it } from 'vitest';
import { attacks } from '../support/hostile-services.ts';
import { withstand, type Withstood } from '../support/withstand.ts';

const MB = 1_000_000;
const rows: (Withstood & { readonly name: string; readonly megabytes: number })[] = [];

/** Every shape, just below and far above the limit, against every service; prints what each took. */
describe.each([1.9, 8, 30])('answers of %s MB', (megabytes) => {
  it.each(attacks(megabytes * MB))(
    '$name',
    async (attack) => {
      const withstood = await withstand(attack);
      rows.push({ ...withstood, name: attack.name, megabytes });
      expect(withstood.outcomes).not.toContain('absent');
      expect(withstood.others.failed).toBe(0);
      expect(withstood.heldMs).toBeLessThan(1_000);
    },
    120_000,
  );
});

afterAll(() => {
  for (const { name, megabytes, outcomes, heldMs, others } of rows.toSorted(
    (left, right) => right.heldMs - left.heldMs,
  ))
    console.log(
      `${heldMs.toFixed(0).padStart(5)} ms held  ${String(megabytes).padStart(4)} MB  ${name.padEnd(60)}  ${outcomes.join(', ')}; others: ${others.served}`,
    );
});
