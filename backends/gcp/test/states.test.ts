import { describe, expect, it } from 'vitest';
import { add, text } from './support/store.ts';
import { openBackend, transports } from './support/subject.ts';
import { context, openWorld, ref, scope } from './support/world.ts';

const hour = 3_600_000;

describe.each(transports)('what the service keeps, over %s', (transport) => {
  it('regional secrets lie below their location and are created without replication', async () => {
    await using world = await openWorld({
      transport,
      settings: { location: 'europe-west4' },
      fake: { location: 'europe-west4' },
    });
    await world.backend.write?.({ ...ref('K'), value: text('value') }, context());
    expect(await world.read(ref('K'))).toBe('found value (1)');
    expect((await world.list()).secrets).toEqual([{ scope: 'shop', key: 'K' }]);
    expect(world.fake.service.requests.find(({ method }) => method === 'CreateSecret')?.request['parent']).toBe(
      'projects/acme-production/locations/europe-west4',
    );
  });

  it('a global backend does not see regional secrets, and is told so', async () => {
    await using world = await openWorld({ transport, fake: { location: 'europe-west4' } });
    expect(await world.read(ref('K'))).toBe('unknown invalid_argument');
  });

  it('a secret that has expired is absent', async () => {
    let now = Date.now();
    await using world = await openWorld({ transport, fake: { now: () => now } });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.model.secret('shop--K').expireTime = new Date(now + hour);
    expect(await world.read(ref('K'))).toBe('found value (1)');
    now += 2 * hour;
    expect(await world.read(ref('K'))).toBe('absent');
  });

  it('a version whose destruction is delayed is disabled, and destroyed in the end', async () => {
    let now = Date.now();
    await using world = await openWorld({ transport, fake: { now: () => now } });
    const { model } = world.fake;
    const version = add(model, 'shop--K', 'value');
    model.secret('shop--K').versionDestroyTtlSeconds = 86_400;
    model.destroy('shop--K', version);
    expect(await world.read(ref('K'))).toBe('unknown disabled');
    now += 25 * hour;
    expect(await world.read(ref('K'))).toBe('unknown destroyed');
  });

  it('an enabled version that cannot be decrypted is not a disabled one', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value').data = undefined;
    expect(await world.read(ref('K'))).toBe('unknown decryption_failed');
  });

  it("a delete is of the state that was looked at: somebody's change in between is a conflict", async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.service.alter = (method, message) => {
      if (method === 'GetSecret') world.fake.model.secret('shop--K').etag = '"changed"';
      return message;
    };
    await expect(world.backend.delete?.(ref('K'), context())).rejects.toMatchObject({ code: 'conflict' });
    expect(await world.read(ref('K'))).toBe('found value (1)');
  });

  it('versions come newest first, over pages, with what can be read', async () => {
    await using world = await openWorld({ transport, fake: { maxPageSize: 2 } });
    for (const value of ['one', 'two', 'three', 'four', 'five']) add(world.fake.model, 'shop--K', value);
    world.fake.model.version('shop--K', '2', false).state = 'DISABLED';
    const versions = await world.backend.versions?.(ref('K'), context());
    expect(versions?.map(({ version, current, readable }) => [version, current, readable])).toEqual([
      ['5', true, true],
      ['4', false, true],
      ['3', false, true],
      ['2', false, false],
      ['1', false, true],
    ]);
    expect(versions?.every(({ createdAt = '' }) => !Number.isNaN(Date.parse(createdAt)))).toBe(true);
    await expect(world.backend.versions?.(ref('NONE'), context())).resolves.toEqual([]);
  });

  it('a restore makes the old value a new version, and says why it cannot', async () => {
    await using world = await openWorld({ transport });
    for (const value of ['one', 'two', 'three']) add(world.fake.model, 'shop--K', value);
    await expect(world.backend.restore?.({ ...ref('K'), version: '1' }, context())).resolves.toMatchObject({
      version: '4',
      updatedAt: expect.any(String),
    });
    expect(await world.read(ref('K'))).toBe('found one (4)');
    world.fake.model.version('shop--K', '2', false).state = 'DISABLED';
    world.fake.model.destroy('shop--K', world.fake.model.version('shop--K', '3', false));
    await expect(world.backend.restore?.({ ...ref('K'), version: '2' }, context())).rejects.toMatchObject({
      code: 'disabled',
    });
    await expect(world.backend.restore?.({ ...ref('K'), version: '3' }, context())).rejects.toMatchObject({
      code: 'destroyed',
    });
    await expect(world.backend.restore?.({ ...ref('K'), version: 'latest' }, context())).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('lists tell what no scope can be, and leave out what is not ours', async () => {
    await using world = await openWorld({ transport, settings: { prefix: 'ci-' }, fake: { maxPageSize: 2 } });
    for (const id of ['ci-shop--K', 'ci-my-app', 'other--K', 'ci-apps--shop--K']) world.fake.model.create(id);
    const { secrets, unnameable } = await world.list();
    expect(secrets.map((secret) => `${secret.scope} ${secret.key}`).toSorted()).toEqual(['apps/shop K', 'shop K']);
    expect(unnameable).toEqual([{ name: 'ci-my-app', reason: expect.stringContaining('flat naming') }]);
  });

  it('flat ids are read, listed and written as they are', async () => {
    await using world = await openWorld({ transport, settings: { naming: 'flat', scope: 'shop', prefix: 'shop-' } });
    add(world.fake.model, 'shop-db-password', 'value');
    world.fake.model.create('unrelated');
    expect((await world.list()).secrets).toEqual([{ scope: 'shop', key: 'db-password' }]);
    expect(await world.read(ref('db-password'))).toBe('found value (1)');
    expect(await world.read({ scope: scope('other'), key: 'db-password' })).toBe('absent');
    await world.backend.write?.({ ...ref('TOKEN'), value: text('new') }, context());
    expect(world.fake.model.secrets.has('shop-TOKEN')).toBe(true);
    await expect(world.backend.write?.({ ...ref('a.b'), value: text('new') }, context())).rejects.toMatchObject({
      code: 'invalid_argument',
    });
  });

  it('a name that is too long is refused, not absent', async () => {
    await using world = await openWorld({ transport });
    expect(await world.read(ref('K'.repeat(250)))).toBe('unknown invalid_argument');
    await expect(world.backend.write?.({ ...ref('K'.repeat(250)), value: text('x') }, context())).rejects.toMatchObject(
      { code: 'invalid_argument' },
    );
    expect(world.calls()).toEqual([]);
  });

  it('a secret that lists do not show yet is read', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'value');
    world.fake.model.secret('shop--K').hiddenFromLists = true;
    expect((await world.list()).secrets).toEqual([]);
    expect(await world.read(ref('K'))).toBe('found value (1)');
  });
});

describe.each(transports)("reading one's own writes while latest lags, over %s", (transport) => {
  it('serves the version that was written here, by its number', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'old');
    world.fake.model.secret('shop--K').laggingLatest = 1;
    await world.backend.write?.({ ...ref('K'), value: text('new') }, context());
    expect(await world.read(ref('K'))).toBe('found new (2)');
    world.fake.model.secret('shop--K').laggingLatest = undefined;
    world.calls();
    expect(await world.read(ref('K'))).toBe('found new (2)');
    expect(world.calls(), 'once latest has caught up, one call is enough').toEqual(['AccessSecretVersion']);
  });

  it('serves the newer of two that were written at once, whichever answer came first', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'old');
    world.fake.model.secret('shop--K').laggingLatest = 1;
    const write = async (value: string) => world.backend.write?.({ ...ref('K'), value: text(value) }, context());
    const { promise, resolve } = Promise.withResolvers<void>();
    world.fake.service.delay = (message) => (String(message['name']).endsWith('/versions/2') ? promise : undefined);
    const first = write('first');
    await expect.poll(() => world.fake.model.secret('shop--K').versions).toHaveLength(2);
    await write('second');
    resolve();
    await first;
    expect(await world.read(ref('K'))).toBe('found second (3)');
  });

  it('serves what was written to a secret that had been deleted elsewhere', async () => {
    await using world = await openWorld({ transport });
    for (const value of ['one', 'two']) await world.backend.write?.({ ...ref('K'), value: text(value) }, context());
    world.fake.model.secrets.delete('shop--K');
    await world.backend.write?.({ ...ref('K'), value: text('new') }, context());
    world.fake.model.secret('shop--K').laggingLatest = 0;
    expect(await world.read(ref('K'))).toBe('found new (1)');
  });

  it('never hides what somebody else wrote after it', async () => {
    await using world = await openWorld({ transport });
    await world.backend.write?.({ ...ref('K'), value: text('ours') }, context());
    add(world.fake.model, 'shop--K', 'theirs');
    expect(await world.read(ref('K'))).toBe('found theirs (2)');
  });

  it.each(['DISABLED', 'DESTROYED'] as const)(
    'never hides that what somebody else wrote after it is %s',
    async (state) => {
      await using world = await openWorld({ transport });
      await world.backend.write?.({ ...ref('K'), value: text('ours') }, context());
      add(world.fake.model, 'shop--K', 'theirs').state = state;
      expect(await world.read(ref('K'))).toBe(`unknown ${state.toLowerCase()}`);
    },
  );

  it('does not outlive a secret that was deleted and made again', async () => {
    await using world = await openWorld({ transport });
    for (const value of ['one', 'two']) await world.backend.write?.({ ...ref('K'), value: text(value) }, context());
    world.fake.model.secrets.delete('shop--K');
    expect(await world.read(ref('K'))).toBe('absent');
    add(world.fake.model, 'shop--K', 'again');
    expect(await world.read(ref('K'))).toBe('found again (1)');
  });

  it('tells that the written version was disabled since', async () => {
    await using world = await openWorld({ transport });
    add(world.fake.model, 'shop--K', 'old');
    await world.backend.write?.({ ...ref('K'), value: text('new') }, context());
    world.fake.model.secret('shop--K').laggingLatest = 1;
    world.fake.model.version('shop--K', '2', false).state = 'DISABLED';
    expect(await world.read(ref('K'))).toBe('unknown disabled');
  });

  it('ends within its bound', async () => {
    let now = Date.now();
    await using world = await openWorld({ transport, host: { now: () => now } });
    add(world.fake.model, 'shop--K', 'old');
    await world.backend.write?.({ ...ref('K'), value: text('new') }, context());
    world.fake.model.secret('shop--K').laggingLatest = 1;
    now += 2 * hour;
    const [outcome] = await world.backend.read([ref('K')], {
      deadline: now + 5_000,
      signal: AbortSignal.timeout(5_000),
    });
    expect(outcome?.status === 'found' && outcome.value.text()).toBe('old');
  });
});

describe('a JSON object per scope', () => {
  it('keeps every change of two instances that write at once', async () => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    const other = await openBackend(world.fake, 'rest', { layout: 'object-per-scope' });
    try {
      const names = Array.from({ length: 4 }, (_, index) => `K${index}`);
      await Promise.all(
        names.map(async (key, index) =>
          (index % 2 === 0 ? world.backend : other).write?.({ ...ref(key), value: text(`value of ${key}`) }, context()),
        ),
      );
      for (const key of names) expect(await world.read(ref(key))).toContain(`found value of ${key}`);
    } finally {
      await other.close();
    }
  });

  it('builds on the newest version though latest lags', async () => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    const { model } = world.fake;
    add(model, 'shop', '{"A":"1"}');
    add(model, 'shop', '{"A":"1","B":"2"}');
    model.secret('shop').laggingLatest = 1;
    await world.backend.write?.({ ...ref('C'), value: text('3') }, context());
    expect(model.secret('shop').versions.map(({ data }) => data?.toString())).toEqual([
      '{"A":"1"}',
      '{"A":"1","B":"2"}',
      '{"A":"1","B":"2","C":"3"}',
    ]);
  });

  it('makes its change again where somebody was faster', async () => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    const { model, service } = world.fake;
    add(model, 'shop', '{"A":"1"}');
    service.before = (method) => {
      if (method !== 'AddSecretVersion') return;
      service.before = undefined;
      add(model, 'shop', '{"A":"1","THEIRS":"x"}');
    };
    await world.backend.write?.({ ...ref('OURS'), value: text('y') }, context());
    expect(model.version('shop', 'latest', false).data?.toString()).toBe('{"A":"1","THEIRS":"x","OURS":"y"}');
  });

  it('keeps the others where somebody wrote and destroyed a version in between', async () => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    const { model, service } = world.fake;
    add(model, 'shop', '{"A":"1"}');
    service.before = (method) => {
      if (method !== 'AddSecretVersion') return;
      service.before = undefined;
      model.destroy('shop', add(model, 'shop', '{"A":"1","THEIRS":"x"}'));
    };
    await world.backend.write?.({ ...ref('OURS'), value: text('y') }, context());
    expect(model.version('shop', 'latest', false).data?.toString()).toBe('{"A":"1","OURS":"y"}');
  });

  it('writes once where a number was skipped, and loses nothing', async () => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    const { model } = world.fake;
    add(model, 'shop', '{"A":"1"}');
    model.secret('shop').skippedNumbers = 1;
    await world.backend.write?.({ ...ref('B'), value: text('2') }, context());
    expect(model.secret('shop').versions.map(({ number, data }) => [number, data?.toString()])).toEqual([
      [1, '{"A":"1"}'],
      [3, '{"A":"1","B":"2"}'],
    ]);
  });

  it.each(['server_error', 'deny', 'throttle'] as const)('gives up at once under %s', async (fault) => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    add(world.fake.model, 'shop', '{"A":"1"}');
    world.fake.service.faults.set(fault);
    await expect(world.backend.write?.({ ...ref('B'), value: text('2') }, context())).rejects.toThrow();
    expect(world.calls()).toHaveLength(1);
    expect(world.fake.model.secret('shop').versions).toHaveLength(1);
  });

  it('is not written over: what is not an object, or disabled, stays; what is destroyed makes room', async () => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    const { model } = world.fake;
    const write = async () => world.backend.write?.({ ...ref('K'), value: text('new') }, context());
    add(model, 'shop', 'plain text');
    expect(await world.read(ref('K'))).toBe('unknown wrong_shape');
    expect((await world.list()).unlisted).toEqual([
      { scope: 'shop', depth: 'scope', code: 'wrong_shape', reason: 'not_a_json_object' },
    ]);
    await expect(write()).rejects.toMatchObject({ code: 'wrong_shape' });
    const version = add(model, 'shop', '{"A":"1"}');
    version.state = 'DISABLED';
    await expect(write()).rejects.toMatchObject({ code: 'disabled' });
    model.destroy('shop', version);
    await write();
    expect(model.secret('shop').versions.map(({ number, data }) => [number, data?.toString()])).toEqual([
      [1, 'plain text'],
      [2, undefined],
      [3, '{"K":"new"}'],
    ]);
  });

  it('has problems where a read could not succeed', async () => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    add(world.fake.model, 'shop', '{"A":1,"B":null,"C":"x","C":"y","__proto__":"p"}');
    expect((await world.list()).secrets).toEqual([
      { scope: 'shop', key: 'A', version: '1' },
      { scope: 'shop', key: 'B', version: '1', problem: 'wrong_shape', reason: 'field_not_text' },
      { scope: 'shop', key: 'C', version: '1', problem: 'ambiguous' },
      { scope: 'shop', key: '__proto__', version: '1' },
    ]);
    const words = await Promise.all(['A', 'B', 'C', '__proto__', 'toString'].map((key) => world.read(ref(key))));
    expect(words).toEqual(['found 1 (1)', 'unknown wrong_shape', 'unknown ambiguous', 'found p (1)', 'absent']);
  });

  it('restores one field and keeps the others', async () => {
    await using world = await openWorld({ transport: 'grpc', settings: { layout: 'object-per-scope' } });
    for (const document of ['{"A":"1"}', '{"A":"2","B":1.10}', '{"B":1.10}']) add(world.fake.model, 'shop', document);
    expect(
      (await world.backend.versions?.(ref('A'), context()))?.map(({ version, current }) => [version, current]),
    ).toEqual([
      ['2', false],
      ['1', false],
    ]);
    await world.backend.restore?.({ ...ref('A'), version: '1' }, context());
    expect(world.fake.model.version('shop', 'latest', false).data?.toString()).toBe('{"B":1.10,"A":"1"}');
    await expect(world.backend.restore?.({ ...ref('A'), version: '3' }, context())).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
