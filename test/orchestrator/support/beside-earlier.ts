import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { makeDatabase, serverUrl } from '../../support/postgres.ts';
import { open } from './jobs.ts';
import { startMember, type Member } from './members.ts';
import { base64 } from './server.ts';

const root = join(import.meta.dirname, '../../..');

const own = '@kici-dev';

/** A folder with the files of a revision, and the libraries of now. */
async function checkout(revision: string): Promise<string> {
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

/** An orchestrator of a revision and one of now write and read in turns, on one schema. */
export async function workBeside(revision: string, rounds: number): Promise<void> {
  const url = serverUrl(await makeDatabase());
  const folder = await checkout(revision);
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
    for (let round = 0; round < rounds; round += 1) {
      const value = `${writer === now ? 'now' : 'earlier'} ${round}`;
      await writer.call('secrets.set', { scope: 's', key: 'K', value: base64(value) });
      await writer.call('variables.set', { environment: 'e', name: 'V', value });
      expect(await (await open({ as: reader.as, call: writer.call }, 'e')).value('K')).toBe(value);
      expect((await reader.call('variables.list', { environment: 'e' })).variables[0]?.value).toBe(value);
    }
  expect(await job.value('K')).toBe(`earlier ${rounds - 1}`);
  for (const member of members) expect((await member.call('audit.verify')).problems).toEqual([]);
}
