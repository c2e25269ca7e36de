import { describe, expect, it } from 'vitest';
import { add, open, set, withProduction } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { startServer } from './support/server.ts';

// A job that guesses names: one of them exists, in a scope that its environment does not bind.
const existing = 'ELSEWHERE';
const invented = 'EREHWESLE';
const pairs = 200;

describe('a key that exists where a job may not read, and one that exists nowhere,', () => {
  it.each([
    ['to a job with all keys of its environment', {}],
    ['to a job that states its keys', { secrets: ['TOKEN'] }],
  ])('are the same %s: by the answer, and by the time it takes', async (_, more) => {
    const server = await withProduction();
    await set(server, 'other', existing);
    const job = await open(server, 'production', server.call, more);
    const tell = async (key: string): Promise<{ readonly text: string; readonly ms: number }> => {
      const began = performance.now();
      const text = JSON.stringify(await job.answerTo(key)).replaceAll(key, 'KEY');
      return { text, ms: performance.now() - began };
    };
    const texts = new Set<string>();
    let slower = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      const [first, second] = pair % 2 === 0 ? [existing, invented] : [invented, existing];
      // oxlint-disable-next-line no-await-in-loop -- one after the other, so that neither waits for the other
      const [one, two] = [await tell(first), await tell(second)];
      texts.add(one.text).add(two.text);
      if (one.ms > two.ms === (first === existing)) slower += 1;
    }
    expect([...texts]).toHaveLength(1);
    // Chance alone stays within five times its deviation, 7 of 200.
    expect(Math.abs(slower - pairs / 2), `slower in ${slower} of ${pairs}`).toBeLessThan(36);
  });

  it('are looked for by the same calls of a backend whose lists lag', async () => {
    const server = await startServer();
    const { address, service } = newService({ [`other ${existing}`]: 'v' });
    await add(server, 'lagging', address, { settings: { address, consistency: 'eventual' } });
    await server.call('environments.create', { name: 'production', bind: ['lagging:apps/shop'] });
    const job = await open(server, 'production');
    const readsFor = async (key: string): Promise<readonly string[]> => {
      service.reads.length = 0;
      await job.answerTo(key);
      return service.reads.map((read) => read.replace(key, 'KEY'));
    };
    expect(await readsFor(existing)).toEqual(['apps/shop KEY']);
    expect(await readsFor(invented)).toEqual(['apps/shop KEY']);
  });
});
