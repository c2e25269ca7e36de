import { describe, expect, it } from 'vitest';
import { base64, codeOf, errorOf, memoryPackage, startServer, temporaryFolder, type Calls } from './support/server.ts';
import { open } from './support/jobs.ts';
import { newService, ref } from './support/places.ts';

const add = (call: Calls, name: string, address: string, more: object = {}) =>
  call('backends.add', {
    name,
    type: 'memory',
    settings: { address },
    secretSettings: { password: base64('right') },
    ...more,
  });

describe('backends', () => {
  it('have types that tell their settings and what they can do', async () => {
    const { call } = await startServer();
    const { types } = await call('backends.types');
    expect(types.map(({ type, addable }) => [type, addable])).toEqual([
      ['internal', false],
      ['memory', true],
    ]);
    expect(types[1]?.settings).toMatchObject([
      { name: 'address', required: true, secret: false },
      { name: 'password', secret: true },
      { name: 'consistency', choices: ['strong', 'eventual'], default: 'strong' },
      { name: 'readOnly', type: 'boolean', default: false },
    ]);
    expect(types[1]?.capabilities).toMatchObject({ write: true, declare: false });
  });

  it('are added, shown, listed beside the internal store, used and removed, with no restart', async () => {
    const { call } = await startServer();
    const { address, service } = newService({ 'shop K': 'v' });
    expect(await add(call, 'corp', address)).toMatchObject({
      name: 'corp',
      settings: { address },
      secretSettings: ['password'],
      optional: false,
      capabilities: { write: true },
    });
    expect((await call('secrets.list', { scope: 'corp:shop' })).secrets).toMatchObject([
      { scope: 'corp:shop', key: 'K' },
    ]);
    const { backends } = await call('backends.list');
    expect(backends.map(({ name }) => name)).toEqual(['internal', 'corp']);
    expect(Date.now() - Date.parse(backends[0]?.createdAt ?? '')).toBeLessThan(3_600_000);
    expect(service.openInstances).toBe(1);
    await call('backends.remove', { name: 'corp' });
    expect(await codeOf(call('secrets.list', { scope: 'corp:shop' }))).toBe('not_found');
    await expect.poll(() => service.openInstances).toBe(0);
  });

  it('never show their secret settings, whatever is asked', async () => {
    const { call, log } = await startServer();
    const { address, service } = newService();
    service.password = 'pass-Zq81-word';
    const answers = [
      await call('backends.add', {
        name: 'corp',
        type: 'memory',
        settings: { address },
        secretSettings: { password: base64(service.password) },
      }),
      await call('backends.show', { name: 'corp' }),
      await call('backends.list'),
      await call('backends.test', { name: 'corp' }),
      await call('audit.list', { limit: 100 }),
    ];
    for (const text of [JSON.stringify(answers), log()]) {
      expect(text).not.toContain(service.password);
      expect(text).not.toContain(base64(service.password));
    }
  });

  it.each([
    [{ settings: {} }, 'address', '--set address'],
    [{ settings: { address: 'https://x.test', adress: 'y' } }, 'adress', 'did you mean address'],
    [{ settings: { address: 'ftp://x.test' } }, 'address', 'for example'],
    [{ settings: { address: 'https://x.test', password: 'plain' } }, 'password', '--secret password'],
    [{ settings: { address: 'https://x.test' }, secretSettings: {} }, 'password', '--secret password'],
    [{ settings: { address: 'https://x.test', consistency: 'maybe' } }, 'consistency', 'strong'],
    [{ settings: { address: 'https://x.test', readOnly: 'perhaps' } }, 'readOnly', 'false'],
  ])('are refused with the settings %j, with the field and the next step', async (input, field, hint) => {
    const { call } = await startServer();
    const error = await errorOf(
      call('backends.add', { name: 'corp', type: 'memory', secretSettings: { password: base64('right') }, ...input }),
    );
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain(field);
    expect(error.hint).toContain(hint);
    expect((await call('backends.list')).backends).toHaveLength(1);
  });

  it('of a type that is not there name the types and the packages that are missing', async () => {
    const { call } = await startServer({
      settings: { backendPackages: ['@kici-dev/not-installed'], mayLackPackages: true },
    });
    const error = await errorOf(call('backends.add', { name: 'corp', type: 'vaullt' }));
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain('npm install @kici-dev/not-installed');
    expect(error.message).toContain('internal');
  });

  it('of the usual packages that are not installed are told, and the others are there all the same', async () => {
    const { call } = await startServer({
      settings: { backendPackages: ['@kici-dev/not-installed', memoryPackage], mayLackPackages: true },
    });
    const { types, problems } = await call('backends.types');
    expect(types.map(({ type }) => type)).toEqual(['internal', 'memory']);
    expect(problems).toMatchObject([
      { package: '@kici-dev/not-installed', problem: 'is not installed', hint: 'npm install @kici-dev/not-installed' },
    ]);
  });

  it('exist once, and `internal` always and only as it is', async () => {
    const { call } = await startServer();
    const { address } = newService();
    await add(call, 'corp', address);
    expect(await codeOf(add(call, 'corp', address))).toBe('conflict');
    expect(await codeOf(add(call, 'internal', address))).toBe('invalid_request');
    expect(await codeOf(call('backends.add', { name: 'second', type: 'internal' }))).toBe('invalid_request');
    expect(await codeOf(call('backends.update', { name: 'internal', optional: true }))).toBe('invalid_request');
    expect(await codeOf(call('backends.remove', { name: 'internal' }))).toBe('invalid_request');
  });

  it('are not removed while bindings name them, and the error tells which', async () => {
    const { call } = await startServer();
    await add(call, 'corp', newService().address);
    await call('environments.create', { name: 'production', bind: ['corp:shop/**', '*:shared'] });
    const error = await errorOf(call('backends.remove', { name: 'corp' }));
    expect(error.code).toBe('conflict');
    expect(error.message).toContain('corp:shop/** in production');
    expect(error.message).not.toContain('*:shared');
  });

  it('change in what is given, and keep the rest, their secrets included', async () => {
    const { call } = await startServer();
    const { address } = newService({ 'shop K': 'v' });
    await add(call, 'corp', address, { settings: { address, consistency: 'eventual' } });
    expect(
      await call('backends.update', {
        name: 'corp',
        optional: true,
        cacheMaxAgeMs: 5_000,
        settings: { readOnly: true },
        unset: ['consistency'],
      }),
    ).toMatchObject({
      settings: { address, readOnly: true },
      secretSettings: ['password'],
      optional: true,
      cacheMaxAgeMs: 5_000,
      serveStaleMs: 0,
    });
    expect((await call('secrets.list', { scope: 'corp:shop' })).secrets).toHaveLength(1);
    expect(await codeOf(call('secrets.set', { scope: 'corp:shop', key: 'K', value: base64('w') }))).toBe('unsupported');
  });

  it('let calls on the old settings end before they close', async () => {
    const { call } = await startServer();
    const { address, service } = newService({ 'shop K': 'v' });
    await add(call, 'corp', address);
    await call('backends.test', { name: 'corp' });
    service.fault = 'delay';
    service.faultsLeft = 1;
    const asked = service.requests;
    const slow = call('secrets.versions', { scope: 'corp:shop', key: 'K' });
    await expect.poll(() => service.requests).toBeGreaterThan(asked);
    await call('backends.update', { name: 'corp', optional: true });
    expect((await slow).versions).toHaveLength(1);
    await expect.poll(() => service.openInstances).toBe(1);
  });

  it('send stored credentials to no new address', async () => {
    const { call } = await startServer();
    const [first, second] = [newService(), newService({ 'shop K': 'v' })];
    await add(call, 'corp', first.address);
    const error = await errorOf(call('backends.update', { name: 'corp', settings: { address: second.address } }));
    expect(error.code).toBe('invalid_request');
    expect(error.hint).toContain('--secret password');
    await call('backends.update', {
      name: 'corp',
      settings: { address: second.address },
      secretSettings: { password: base64('right') },
    });
    expect((await call('secrets.list', { scope: 'corp:shop' })).secrets).toHaveLength(1);
  });
});

describe('testing a backend', () => {
  it('signs in, lists and measures', async () => {
    const { call } = await startServer();
    await add(call, 'corp', newService({ 'a K': '1', 'b K': '2' }).address);
    const result = await call('backends.test', { name: 'corp' });
    expect(result).toMatchObject({ healthy: true, listed: 2, server: 'memory' });
    expect(result.latencyMs).toBeGreaterThanOrEqual(0);
    expect((await call('backends.show', { name: 'corp' })).health).toMatchObject({
      breaker: 'closed',
      lastCheckAt: expect.any(String),
      latencyMs: expect.any(Number),
    });
    expect(await call('backends.test', { name: 'internal' })).toMatchObject({ healthy: true, listed: 0 });
  });

  it("fails on wrong credentials, with a code in place of the service's words", async () => {
    const { call } = await startServer();
    const { address, service } = newService();
    service.password = 'another';
    await add(call, 'corp', address);
    const result = await call('backends.test', { name: 'corp' });
    expect(result).toMatchObject({
      healthy: false,
      code: 'unauthenticated',
      hint: expect.stringContaining('credentials'),
    });
    expect(JSON.stringify(result)).not.toContain('the service refused');
    expect((await call('backends.show', { name: 'corp' })).health.failure).toBe('unauthenticated');
  });

  it('fails when a part may not be listed', async () => {
    const { call } = await startServer();
    const { address, service } = newService({ 'a K': '1' });
    service.deniedLists.add(ref('hidden K').scope);
    await add(call, 'corp', address);
    expect(await call('backends.test', { name: 'corp' })).toMatchObject({
      healthy: false,
      code: 'permission_denied',
      listed: 1,
    });
  });
});

describe('two orchestrators over one database (law 2: a change holds for the next request on every orchestrator)', () => {
  it('open, reopen and close what the other one was told', async () => {
    const dataDir = await temporaryFolder();
    const [one, two] = [await startServer({ settings: { dataDir } }), await startServer({ settings: { dataDir } })];
    const [first, second] = [newService({ 'shop OLD': 'v' }), newService({ 'shop NEW': 'v' })];
    const keys = async (): Promise<string[]> =>
      (await two.call('secrets.list', { scope: 'corp:shop' })).secrets.map(({ key }) => key);
    await add(one.call, 'corp', first.address);
    expect(await keys()).toEqual(['OLD']);
    await one.call('backends.update', {
      name: 'corp',
      settings: { address: second.address },
      secretSettings: { password: base64('right') },
    });
    expect(await keys()).toEqual(['NEW']);
    await expect.poll(() => first.service.openInstances).toBe(0);
    await one.call('backends.remove', { name: 'corp' });
    expect(await codeOf(keys())).toBe('not_found');
    await add(one.call, 'corp', first.address);
    expect(await keys()).toEqual(['OLD']);
  });

  it('show what was written through the other one, though names are cached', async () => {
    const dataDir = await temporaryFolder();
    const [one, two] = [await startServer({ settings: { dataDir } }), await startServer({ settings: { dataDir } })];
    const { address, service } = newService({ 'shop A': '1' });
    await add(one.call, 'corp', address);
    await one.call('environments.create', { name: 'e', bind: ['corp:shop'] });
    const keys = async (): Promise<string[]> => (await open(two, 'e')).opened.catalogue.map(({ key }) => key);
    expect(await keys()).toEqual(['A']);
    const asked = service.requests;
    expect(await keys()).toEqual(['A']);
    expect(service.requests).toBe(asked);
    await one.call('secrets.set', { scope: 'corp:shop', key: 'B', value: base64('2') });
    expect(await keys()).toEqual(['A', 'B']);
    expect(service.openInstances).toBe(2);
  });

  it('show what was written through the other one without its knowing', async () => {
    const dataDir = await temporaryFolder();
    const [one, two] = [await startServer({ settings: { dataDir } }), await startServer({ settings: { dataDir } })];
    const { address, service } = newService({ 'shop A': '1' });
    await add(one.call, 'corp', address);
    const keys = async (): Promise<string[]> =>
      (await two.call('secrets.list', { scope: 'corp:shop' })).secrets.map(({ key }) => key);
    expect(await keys()).toEqual(['A']);
    service.losesReceipts = true;
    expect(await codeOf(one.call('secrets.set', { scope: 'corp:shop', key: 'B', value: base64('2') }))).toBe(
      'backend_unavailable',
    );
    expect(await keys()).toEqual(['A', 'B']);
  });
});

describe('capabilities', () => {
  it('that a backend lacks are refused as unsupported, with where to look', async () => {
    const { call } = await startServer();
    await add(call, 'corp', newService({ 'shop K': 'v' }).address, {
      settings: { address: newService().address, readOnly: true },
    });
    const attempts = [
      call('secrets.set', { scope: 'corp:shop', key: 'K', value: base64('v') }),
      call('secrets.declare', { scope: 'corp:shop', key: 'K' }),
    ];
    for (const error of await Promise.all(attempts.map(errorOf))) {
      expect(error.code).toBe('unsupported');
      expect(error.hint).toContain('kici-admin backend show corp');
    }
  });
});
