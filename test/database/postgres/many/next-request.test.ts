import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goodToken, project, startFake } from '../../../../backends/gcp/test/server/start.ts';
import { ApiError } from '../../../../src/api/api-error.ts';
import { operations } from '../../../../src/api/registry.ts';
import { signIn, type Answer } from '../../../orchestrator/support/browser.ts';
import { open } from '../../../orchestrator/support/jobs.ts';
import { startMember, type Member } from '../../../orchestrator/support/members.ts';
import { base64, memoryPackage } from '../../../orchestrator/support/server.ts';
import { describeLane } from '../../../support/lane.ts';
import { makeDatabase, pgbouncerLane, runSql, serverUrl } from '../../../support/postgres.ts';
import { changes, exempt, type Change } from './changes.ts';

describe('the table of changes', () => {
  it('has every operation that changes something', () => {
    const writing = Object.entries(operations).flatMap(([id, { audit }]) => (audit === 'write' ? [id] : []));
    expect([...Object.keys(changes), ...Object.keys(exempt)].toSorted()).toEqual(writing.toSorted());
  });
});

// Through the pooler, where no session is anybody's own.
describeLane(pgbouncerLane, () => {
  let database: string;
  let one: Member;
  let other: Member;
  beforeAll(async () => {
    database = await makeDatabase();
    const url = serverUrl(database, 'pgbouncer');
    const environment = { KICI_BACKEND_PACKAGES: `${memoryPackage},@kici-dev/secret-backend-gcp` };
    one = await startMember(url, undefined, { environment });
    other = await startMember(url, one.owner, { environment });
  });
  afterAll(async () => {
    for (const member of [one, other]) await member.running[Symbol.asyncDispose]();
  });

  it.each(Object.entries<Change>(changes))(
    'what %s changes through one orchestrator holds for the next request on another',
    async (_, { arrange, ask, change, from, to }) => {
      const place = await arrange(one);
      // Asked before, so that whatever the other one keeps is from before.
      expect(await ask(other, place)).toEqual(from);
      await change(one, place);
      expect(await ask(other, place)).toEqual(to);
    },
  );

  it('a dashboard-write policy that is changed on one decides about sessions on another', async () => {
    const person = await signIn(one.url, { token: one.owner });
    const elsewhere = await signIn(other.url, { token: one.owner });
    const set = async (): Promise<unknown> =>
      outcome(await elsewhere.call('secrets.set', { scope: 'policy', key: 'K', value: base64('v') }));
    expect(await set()).toBe('done');
    await one.call('policy.set', { disable: ['secrets.set'] });
    expect(await set()).toBe('operation_disabled');
    await one.call('policy.reset');
    expect(await set()).toBe('done');
    await one.call('sessions.end', { id: elsewhere.session.id });
    expect(await set()).toBe('unauthenticated');
    expect(outcome(await person.call('environments.list'))).toBe('done');
  });

  it('a one-time code that two redeem at once opens one session', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { code } = await one.call('sessions.code');
      const tries = await Promise.allSettled([one, other, one, other].map(({ url }) => signIn(url, { code })));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  it('of two renames of one scope at once on two orchestrators, one is made', async () => {
    for (let round = 0; round < 3; round += 1) {
      const from = `twice-${round}`;
      await one.call('secrets.set', { scope: from, key: 'K', value: base64(from) });
      await one.call('environments.create', { name: from, bind: [from] });
      const results = await Promise.allSettled([
        one.call('scopes.rename', { from, to: `${from}-left` }),
        other.call('scopes.rename', { from, to: `${from}-right` }),
      ]);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const job = await open({ as: other.as, call: one.call }, from);
      expect(await job.value('K')).toBe(from);
    }
  });

  it('writes of one name through two orchestrators get a version each, and the newest is read on both', async () => {
    const place = { scope: 'versions', key: 'K' };
    await one.call('environments.create', { name: 'versions', bind: ['versions'] });
    const written = await Promise.all(
      Array.from({ length: 12 }, async (_, at) => {
        const { version } = await (at % 2 === 0 ? one : other).call('secrets.set', {
          ...place,
          value: base64(`value ${at}`),
        });
        return [Number(version), `value ${at}`] as const;
      }),
    );
    const byVersion = new Map(written);
    expect([...byVersion.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
    for (const member of [one, other])
      expect(await (await open(member, 'versions')).value('K')).toBe(byVersion.get(12));
  });

  it('a version that Secret Manager does not serve as latest yet is read on both, also when made again', async () => {
    await using fake = await startLaggingFake();
    await one.call('backends.add', {
      name: 'lagging',
      type: 'gcp',
      settings: { project: project.id, endpoint: fake.addresses.grpc, 'auth.method': 'token' },
      secretSettings: { 'auth.token': base64(goodToken) },
    });
    await one.call('environments.create', { name: 'lagging', bind: ['lagging:shop'] });
    const write = (on: Member, value: string): Promise<unknown> =>
      on.call('secrets.set', { scope: 'lagging:shop', key: 'K', value: base64(value) });
    const seen = async (): Promise<readonly unknown[]> =>
      Promise.all([one, other].map(async (member) => (await open(member, 'lagging')).value('K')));
    await write(one, 'first');
    const secret = fake.model.secret('shop--K');
    secret.laggingLatest = 1;
    expect(await seen()).toEqual(['first', 'first']);
    for (const [at, writer] of [one, other, one].entries()) {
      await write(writer, `value ${at}`);
      expect(await seen()).toEqual([`value ${at}`, `value ${at}`]);
    }
    // Numbers begin again.
    await other.call('secrets.delete', { scope: 'lagging:shop', key: 'K' });
    await write(one, 'again');
    fake.model.secret('shop--K').laggingLatest = 0;
    expect(await seen()).toEqual(['again', 'again']);
    await write(other, 'again, and newer');
    expect(await seen()).toEqual(['again, and newer', 'again, and newer']);
  });

  const twins: readonly (readonly [string, (on: Member, name: string) => Promise<unknown>])[] = [
    ['an organization', ({ call }, name) => call('organizations.create', { name })],
    ['an environment', ({ call }, name) => call('environments.create', { name, bind: [name] })],
    ['a scope', ({ call }, name) => call('scopes.create', { scope: name })],
    [
      'a backend',
      ({ call }, name) =>
        call('backends.add', {
          name,
          type: 'memory',
          settings: { address: 'https://twin.test' },
          secretSettings: { password: base64('right') },
        }),
    ],
    [
      'a secret that must not exist',
      ({ call }, name) => call('secrets.set', { scope: name, key: 'K', value: base64(name), expectedVersion: null }),
    ],
  ];
  it.each(twins)(
    'of several who make %s at once on two orchestrators, one is told that it is made',
    async (_, make) => {
      const members = [one, other, one, other];
      for (let round = 0; round < 4; round += 1) {
        const name = `twin-${(twin += 1)}`;
        const results = await Promise.all(members.map((member) => make(member, name).then(() => 'done', codeOfError)));
        expect(results.filter((result) => result === 'done')).toHaveLength(1);
        expect(results.filter((result) => result === 'conflict')).toHaveLength(3);
      }
    },
  );

  it('jobs that open at once on two orchestrators sweep the ended ones together, and none fails', async () => {
    await one.call('environments.create', { name: 'swept' });
    await runSql(
      serverUrl(database),
      `insert into jobs (id, organization, environment, workflow, job, token_id, token_hash, session_key, catalogue, opened_at, expires_at)
        select 'ended-' || n, 'default', 'swept', 'w', 'j', 't', 'hash-' || n, '', '', 0, n from generate_series(1, 5000) n`,
    );
    const opening = Array.from({ length: 30 }, (_, at) =>
      open(at % 2 === 0 ? one : other, 'swept').then(() => 'done', codeOfError),
    );
    expect(new Set(await Promise.all(opening))).toEqual(new Set(['done']));
    expect(await runSql(serverUrl(database), "select 1 from jobs where id like 'ended-%'")).toEqual([]);
  });
});

async function startLaggingFake(): Promise<Awaited<ReturnType<typeof startFake>> & AsyncDisposable> {
  const fake = await startFake();
  return Object.assign(fake, { [Symbol.asyncDispose]: () => fake.stop() });
}

let twin = 0;
const codeOfError = (error: unknown): unknown => (ApiError.is(error) ? error.code : error);
const outcome = ({ status, json }: Answer): unknown => (status === 200 ? 'done' : json?.['error']);
