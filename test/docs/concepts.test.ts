import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awsDefinition } from '@kici-dev/secret-backend-aws';
import { gcpDefinition } from '@kici-dev/secret-backend-gcp';
import { vaultDefinition } from '@kici-dev/secret-backend-vault';
import { defaultHostPolicy } from '@kici-dev/secret-federation';
import { describe, expect, it } from 'vitest';
import { decide, type Ranked } from '../../src/federation/resolver/rank.ts';
import { root } from './markdown.ts';

const page = await readFile(join(root, 'docs/concepts.md'), 'utf8');

const left: Ranked = { priority: 1, hostRank: 2, patternRank: 9, depth: 3, backend: 'a', scope: 'a', sourceKey: 'A' };
const right: Ranked = { priority: 0, hostRank: 1, patternRank: 8, depth: 2, backend: 'b', scope: 'b', sourceKey: 'B' };

describe('docs/concepts.md', () => {
  it('has the rules of the order, first to last', () => {
    const rules: string[] = [];
    let winner = left;
    // Equalizes whatever decided, so that the next rule decides.
    for (const same of [
      { priority: 0 },
      { hostRank: 1 },
      { patternRank: 8 },
      { depth: 2 },
      { backend: 'b' },
      { scope: 'b' },
      { sourceKey: 'B' },
    ]) {
      const { order, rule } = decide(winner, right);
      expect(order).toBeLessThan(0);
      rules.push(rule);
      winner = { ...winner, ...same };
    }
    expect(decide(winner, right).order).toBe(0);
    const [, table = ''] = /\| rule, as `explain` names it \| wins \|\n([\s\S]*?)\n\n/.exec(page) ?? [];
    expect([...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, rule]) => rule)).toEqual(rules);
  });

  it('says of lists and caches what holds', () => {
    expect(
      [awsDefinition, gcpDefinition, vaultDefinition].map(({ capabilities }) => capabilities.listConsistency),
    ).toEqual(['eventual', 'eventual', 'strong']);
    expect(page).toContain('AWS and Google list new secrets with a delay');
    expect(defaultHostPolicy).toMatchObject({ namesMaxAgeMs: 30_000, cacheMaxAgeMs: 0, serveStaleMs: 0 });
    expect(page).toContain('Names are cached for 30 seconds');
  });
});
