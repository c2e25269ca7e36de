import { describe, expect, it } from 'vitest';
import { open, withProduction } from './support/jobs.ts';
import type { TestServer } from './support/server.ts';

/** A job asks for as many keys as it may, none of which exist; its agent may do nothing else. */
async function withLargeRows(rows: number): Promise<TestServer> {
  const server = await withProduction();
  const { token } = await server.call('tokens.create', { name: 'a', role: 'agent' });
  const { opened } = await open(server, 'production', server.as(token));
  const keys = Array.from({ length: 1_000 }, (_, index) => `K${'x'.repeat(130)}${index}`);
  for (let row = 0; row < rows; row += 1) await server.as(opened.jobToken)('jobs.read', { jobId: opened.jobId, keys });
  return server;
}

describe('rows that a job has made large', () => {
  it('are listed up to a size, and the answer says where to go on', async () => {
    const server = await withLargeRows(40);
    const sequences = new Array<number>();
    let answers = 0;
    for (let before: number | undefined; ; answers += 1) {
      const { rows, next } = await server.call('audit.list', {
        limit: 1_000,
        operation: 'jobs.read',
        ...(before !== undefined && { before }),
      });
      expect(JSON.stringify(rows).length).toBeLessThan(12_000_000);
      sequences.push(...rows.map(({ sequence }) => sequence));
      if (next === undefined) break;
      before = next;
    }
    expect(answers).toBeGreaterThan(0);
    expect(sequences).toHaveLength(40);
    expect(sequences).toEqual([...new Set(sequences)].toSorted((left, right) => right - left));
    expect(await server.call('audit.verify')).toMatchObject({ intact: true, problems: [] });
    expect((await server.call('audit.list', { key: 'TOKEN' })).next).toBeUndefined();
  });
});
