import { describe, expect, it } from 'vitest';
import { adminInProcess } from '../support/admin-in-process.ts';
import type { Outcome } from '../support/run-program.ts';
import { open } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { startServer } from './support/server.ts';

describe('the deadline of a backend', () => {
  it('is what `backend add` and `backend update` say, cuts lists and reads at that time, and is named by the hint', async () => {
    const server = await startServer();
    const { address, service } = newService({ 'apps/shop TOKEN': 'value' });
    const admin = (args: readonly string[], stdin?: string): Promise<Outcome> =>
      adminInProcess([...args, '--json'], {
        environment: { KICI_URL: server.url, KICI_TOKEN: server.owner },
        ...(stdin !== undefined && { stdin }),
      });
    const timed = async <T>(work: Promise<T>): Promise<readonly [T, number]> => {
      const start = performance.now();
      return [await work, performance.now() - start];
    };

    const settings = ['--type', 'memory', '--set', `address=${address}`, '--secret', 'password', '--from-stdin'];
    const added = await admin(['backend', 'add', 'slow', ...settings, '--deadline', '1s'], 'right');
    expect(added, added.stderr).toMatchObject({ exitCode: 0 });
    await server.call('environments.create', { name: 'e' });
    await server.call('bindings.add', { environment: 'e', scope: 'slow:apps/**' });
    const job = await open(server, 'e');
    expect(await job.value('TOKEN')).toBe('value');
    service.fault = 'hang';
    service.faultsLeft = Number.POSITIVE_INFINITY;

    const [checked, listMs] = await timed(server.call('resolution.check', { environment: 'e' }));
    expect(checked.problems).toMatchObject([
      { code: 'timeout', hint: expect.stringContaining('raise its `--deadline` with `kici-admin backend update`') },
    ]);
    const [read, readMs] = await timed(job.read('TOKEN'));
    expect(read).toMatchObject([
      { status: 'unavailable', code: 'timeout', hint: expect.stringContaining('--deadline') },
    ]);
    for (const ms of [listMs, readMs]) {
      expect(ms).toBeGreaterThan(950);
      // The default deadline is ten seconds.
      expect(ms).toBeLessThan(8_000);
    }

    const updated = await admin(['backend', 'update', 'slow', '--deadline', '2s']);
    expect(updated, updated.stderr).toMatchObject({ exitCode: 0 });
    expect(await server.call('backends.show', { name: 'slow' })).toMatchObject({ deadlineMs: 2_000 });
    const [later, laterMs] = await timed(job.read('TOKEN'));
    expect(later).toMatchObject([{ status: 'unavailable', code: 'timeout' }]);
    expect(laterMs).toBeGreaterThan(1_950);
  });
});
