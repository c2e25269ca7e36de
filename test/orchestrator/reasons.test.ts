import { describe, expect, it } from 'vitest';
import { add, open, set } from './support/jobs.ts';
import { newService } from './support/places.ts';
import { errorOf, startServer } from './support/server.ts';

const why = { code: 'permission_denied', reason: 'list_refused' };

describe('the reason of a failure travels over HTTP', () => {
  it('with a job that cannot start, its check, explain, what it could not list, and each key', async () => {
    const server = await startServer();
    const corp = newService({ 'apps/shop TOKEN': 'value' });
    await add(server, 'corp', corp.address);
    await set(server, 'production', 'TOKEN');
    await server.call('environments.create', { name: 'e', bind: ['production'] });
    await server.call('bindings.add', { environment: 'e', scope: 'corp:apps/**', priority: 1 });
    const started = await open(server, 'e');
    corp.service.fault = 'deny';
    corp.service.faultsLeft = Number.POSITIVE_INFINITY;

    expect((await server.call('resolution.check', { environment: 'e' })).problems).toMatchObject([why]);
    const explained = await server.call('resolution.explain', { environment: 'e', key: 'TOKEN' });
    expect(explained).toMatchObject({ blockedBy: [why] });
    expect(explained.backends).toContainEqual(expect.objectContaining({ backend: 'corp', ...why }));
    expect(await server.call('resolution.catalogue', { environment: 'e' })).toMatchObject({
      secrets: [{ key: 'TOKEN', ...why }],
      unavailable: [{ backend: 'corp', ...why }],
    });
    expect(await started.read('TOKEN')).toMatchObject([
      { key: 'TOKEN', status: 'unavailable', code: 'permission_denied', reason: 'read_refused' },
    ]);
    // The names that the first job got are cached for half a minute.
    await server.call('backends.update', { name: 'corp', optional: false, deadlineMs: 5_000 });
    const error = await errorOf(open(server, 'e'));
    expect(error).toMatchObject({ code: 'backend_unavailable', failure: why });
    expect(error.message).toContain('[permission_denied] [list_refused]');
  });
});
