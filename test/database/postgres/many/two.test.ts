import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signIn } from '../../../orchestrator/support/browser.ts';
import { listen } from '../../../orchestrator/support/events.ts';
import { open } from '../../../orchestrator/support/jobs.ts';
import { startMember, type Member } from '../../../orchestrator/support/members.ts';
import { base64 } from '../../../orchestrator/support/server.ts';
import { describeLane } from '../../../support/lane.ts';
import { makeDatabase, postgresLane, serverUrl } from '../../../support/postgres.ts';

/** Only an event that never comes takes this long. */
const soon = { timeout: 60_000 };

/** Lets a process believe that it is another time. */
const clockOff = (ms: number) => ({
  NODE_OPTIONS: `--import=data:text/javascript,const{now}=Date;Date.now=()=>now()+(${ms})`,
});
const fiveMinutes = 300_000;

describeLane(postgresLane, () => {
  let url: string;
  let one: Member;
  let late: Member;
  let early: Member;
  beforeAll(async () => {
    url = serverUrl(await makeDatabase());
    one = await startMember(url);
    const startOff = (ms: number) => startMember(url, one.owner, { environment: clockOff(ms) });
    [late, early] = await Promise.all([startOff(-fiveMinutes), startOff(fiveMinutes)]);
    await one.call('secrets.set', { scope: 's', key: 'K', value: base64('hunter2') });
    await one.call('environments.create', { name: 'production', bind: ['s'] });
  });
  afterAll(async () => {
    for (const member of [one, late, early]) await member.running[Symbol.asyncDispose]();
  });

  it('a job goes on where another orchestrator has opened it, and that one was killed', async () => {
    const doomed = await startMember(url, one.owner);
    const many = Array.from({ length: 400 }, (_, at) => ({ key: `KEY_${at}`, value: base64(`value ${at}`) }));
    await one.call('secrets.import', { scope: 'many', entries: many });
    await one.call('environments.create', { name: 'many', bind: ['many'] });
    // The catalogue of the second lies in a row of its own.
    const short = await open({ as: one.as, call: doomed.call }, 'production');
    const long = await open({ as: late.as, call: doomed.call }, 'many');
    expect(await short.value('K')).toBe('hunter2');
    const ended = once(doomed.running.process, 'close');
    doomed.running.process.kill('SIGKILL');
    await ended;
    expect(await short.value('K')).toBe('hunter2');
    expect(await long.value('KEY_399')).toBe('value 399');
    await one.call('secrets.set', { scope: 's', key: 'K', value: base64('hunter3') });
    expect(await short.value('K')).toBe('hunter3');
    await short.close();
    await expect(short.read('K')).rejects.toMatchObject({ code: 'session_ended' });
    await expect(
      early.as(short.opened.jobToken)('jobs.read', { jobId: short.opened.jobId, keys: ['K'] }),
    ).rejects.toMatchObject({ code: 'session_ended' });
  });

  it('a page at one orchestrator hears of changes through others, and misses none when it moves', async () => {
    const headers = { authorization: `Bearer ${one.owner}` };
    const there = await listen(late.url, headers);
    await early.call('variables.set', { environment: 'production', name: 'V', value: 'v' });
    const told = { kind: 'variables', environment: 'production', name: 'V' };
    await expect.poll(() => there.events(), soon).toContainEqual({ event: 'change', data: told });
    const last = there.lastId() ?? '';
    there.stop();
    const unmoved = await listen(early.url, { ...headers, 'last-event-id': last });
    await one.call('scopes.create', { scope: 'while/away' });
    await expect.poll(() => unmoved.events().length, soon).toBeGreaterThan(0);
    expect(unmoved.events()[0]?.data).toMatchObject({ kind: 'scopes' });
    unmoved.stop();
    const moved = await listen(one.url, { ...headers, 'last-event-id': last });
    await expect.poll(() => moved.events(), soon).toContainEqual({ event: 'change', data: { kind: 'changed' } });
    moved.stop();
  });

  it('what lasts a minute lasts as long on a machine whose clock is five minutes off', async () => {
    for (const [issuer, user] of [
      [one, late],
      [one, early],
      [late, early],
      [early, late],
    ] as const) {
      const { code } = await issuer.call('sessions.code');
      const person = await signIn(user.url, { code });
      expect((await person.call('environments.list')).status).toBe(200);
      const job = await open({ as: user.as, call: issuer.call }, 'production', issuer.call, { lifetimeMs: 60_000 });
      expect(await job.value('K')).toContain('hunter');
      await job.close();
      const { token, id } = await issuer.call('tokens.create', { name: 'short', role: 'author', lifetimeMs: 60_000 });
      await user.as(token)('environments.list');
      await user.call('tokens.revoke', { id });
    }
  });

  it('the log that all of them have written is whole, and so is what one of them leaves of it', async () => {
    const verify = async (): Promise<void> => {
      for (const member of [one, late, early])
        expect(await member.call('audit.verify')).toMatchObject({ intact: true, problems: [] });
    };
    await verify();
    const { rows } = await late.call('audit.list', { limit: 5 });
    const { rows: removed } = await one.call('audit.cut', { before: rows.at(-1)?.at ?? '' });
    expect(removed).toBeGreaterThan(20);
    for (const member of [early, late, one])
      await member.call('scopes.create', { scope: `after/${member.running.process.pid}` });
    await verify();
  });
});
