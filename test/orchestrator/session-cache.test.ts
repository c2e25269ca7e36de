import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { StoredJob } from '../../src/orchestrator/jobs/stored-job.ts';
import { createSessionCache } from '../../src/orchestrator/jobs/session-cache.ts';

function session(keys: number): StoredJob {
  const place = { priority: 0, hostRank: 0, patternRank: null, depth: 1, backend: 'internal', scope: 's' };
  return {
    organization: 'default',
    environment: 'e',
    catalogue: {
      entries: Array.from({ length: keys }, (_, index) => ({
        key: `K${index}`,
        status: 'available',
        winner: { ...place, sourceKey: `K${index}` },
      })),
      probes: [],
      blocks: [],
    },
    backends: {},
    sessionKey: createSecretKey(Buffer.alloc(32)),
    scopes: undefined,
  };
}

describe('sessions that are kept in memory', () => {
  it('hold so many keys together and no more, the oldest going first', () => {
    const cache = createSessionCache(100);
    for (const id of ['one', 'two', 'three']) cache.add(id, session(40));
    expect(['one', 'two', 'three'].map((id) => cache.get(id) !== undefined)).toEqual([false, true, true]);
    cache.delete('two');
    cache.add('four', session(60));
    expect(['three', 'four'].map((id) => cache.get(id) !== undefined)).toEqual([true, true]);
    cache.add('large', session(101));
    expect(['three', 'four', 'large'].map((id) => cache.get(id) !== undefined)).toEqual([true, true, false]);
  });

  it('count once, however often they are added', () => {
    const cache = createSessionCache(100);
    for (let time = 0; time < 5; time += 1) cache.add('one', session(40));
    cache.add('two', session(60));
    expect(['one', 'two'].map((id) => cache.get(id) !== undefined)).toEqual([true, true]);
  });

  it('are a thousand at most, though they hold nothing', () => {
    const cache = createSessionCache();
    for (let id = 0; id <= 1_000; id += 1) cache.add(String(id), session(0));
    expect([cache.get('0'), cache.get('1')].map((one) => one !== undefined)).toEqual([false, true]);
  });
});
