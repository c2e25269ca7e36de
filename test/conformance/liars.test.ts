import type { SecretBackend } from '@kici-dev/secret-backend';
import { caseIds, memoryCapabilities, memoryHarness, type Conformance } from '@kici-dev/secret-backend-conformance';
import { beforeAll, describe, expect, it } from 'vitest';
import { collect, failed, processWide } from './collect.ts';
import { liars } from './liars/index.ts';
import { isHonest, type Liar } from './liars/liar.ts';

function suiteOf(liar: Liar): Conformance {
  const lie = (honest: SecretBackend): SecretBackend => {
    if (!isHonest(honest)) throw new Error('the reference backend has every method');
    const told: SecretBackend = { ...honest, ...liar.tell(honest) };
    const { [liar.lacks ?? 'versions']: _lacked, ...others } = told;
    return liar.lacks === undefined ? told : others;
  };
  return { name: liar.lie, capabilities: liar.capabilities ?? memoryCapabilities, harness: memoryHarness(lie) };
}

describe('the kit finds out every planted liar, and blames one case', () => {
  const alone = new Map<Liar, readonly string[]>();

  beforeAll(async () => {
    for (const liar of liars) {
      const verdicts = [];
      for (const wanted of processWide) verdicts.push(...(await collect(suiteOf(liar), (id) => id === wanted)));
      alone.set(liar, failed(verdicts));
    }
  });

  it.concurrent.each(liars)('$caught: one that $lie', async (liar) => {
    expect(caseIds).toContain(liar.caught);
    const together = failed(await collect(suiteOf(liar), (id) => !processWide.includes(id)));
    expect([...(alone.get(liar) ?? []), ...together]).toEqual([liar.caught]);
  });
});
