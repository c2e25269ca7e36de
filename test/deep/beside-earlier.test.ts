import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { open } from '../orchestrator/support/jobs.ts';
import { startMember, type Member } from '../orchestrator/support/members.ts';
import { base64 } from '../orchestrator/support/server.ts';
import { makeDatabase, serverUrl } from '../support/postgres.ts';

/** What to run beside the version of now. */
const revision = process.env['EARLIER'] ?? 'HEAD~1';
const root = join(import.meta.dirname, '../..');

const own = '@kici-dev';

/** A folder with the files of a revision, and the libraries of now. */
async function checkout(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kici-earlier-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const archive = execFileSync('git', ['archive', revision], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
  const [from, to] = [join(root, 'node_modules'), join(folder, 'node_modules')];
  await mkdir(join(to, own), { recursive: true });
  for (const name of await readdir(from)) if (name !== own) await symlink(join(from, name), join(to, name));
  // Our own packages are those of the revision.
  for (const name of await readdir(join(from, own)))
    await symlink(await readlink(join(from, own, name)), join(to, own, name));
  return folder;
}

it(`an orchestrator of ${revision} works beside this version on one schema (EARLIER)`, async () => {
  const url = serverUrl(await makeDatabase());
  const folder = await checkout();
  const members: Member[] = [];
  onTestFinished(async () => {
    for (const { running } of members) await running[Symbol.asyncDispose]();
  });
  const earlier = await startMember(url, undefined, { program: join(folder, 'src/cli/bin/kici-orchestrator.mjs') });
  members.push(earlier);
  await earlier.call('secrets.set', { scope: 's', key: 'K', value: base64('of the earlier one') });
  await earlier.call('environments.create', { name: 'e', bind: ['s'] });
  const job = await open(earlier, 'e');
  const now = await startMember(url, earlier.owner);
  members.push(now);
  for (const [reader, writer] of [
    [earlier, now],
    [now, earlier],
  ] as const)
    for (let round = 0; round < 20; round += 1) {
      const value = `${writer === now ? 'now' : 'earlier'} ${round}`;
      await writer.call('secrets.set', { scope: 's', key: 'K', value: base64(value) });
      await writer.call('variables.set', { environment: 'e', name: 'V', value });
      expect(await (await open({ as: reader.as, call: writer.call }, 'e')).value('K')).toBe(value);
      expect((await reader.call('variables.list', { environment: 'e' })).variables[0]?.value).toBe(value);
    }
  expect(await job.value('K')).toBe('earlier 19');
  for (const member of members) expect((await member.call('audit.verify')).problems).toEqual([]);
}, 180_000);
