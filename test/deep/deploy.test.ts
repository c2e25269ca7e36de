import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildImage, docker, imageLane, startContainer, untilHealthy } from '../deploy/support/image.ts';
import { composeLane, startInstallation } from '../deploy/support/installation.ts';
import { readFromOpenBao } from '../deploy/support/openbao.ts';
import { describeLane } from '../support/lane.ts';

describeLane(composeLane, () => {
  it('OpenBao opens itself again after a restart, and its values reach a job', async () => {
    await using installation = await startInstallation();
    await readFromOpenBao(installation, true);
  }, 600_000);
});

describeLane(imageLane, () => {
  it('the same checkout makes the same layers', async () => {
    const layers = async (): Promise<string> =>
      docker('inspect', '--format', '{{json .RootFS.Layers}}', await buildImage('--no-cache'));
    expect(await layers()).toBe(await layers());
  }, 1_800_000);

  it('the program needs no system call that the unit forbids', async () => {
    await using container = await startContainer(
      await buildImage(),
      '--security-opt',
      `seccomp=${await seccompProfile()}`,
    );
    await untilHealthy(container.id);
    expect(await container.exec('kici-admin', 'token', 'list')).toContain('local');
    await docker('stop', container.id);
    expect(await docker('wait', container.id)).toBe('0');
  }, 600_000);
});

/** What the unit's `SystemCallFilter` allows, as container engines take it. */
async function seccompProfile(): Promise<string> {
  const groups = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of execFileSync('systemd-analyze', ['syscall-filter'], { encoding: 'utf8' }).split('\n'))
    if (line.startsWith('@')) groups.set(line, (current = []));
    else if (/^ +[@\w]/.test(line)) current.push(line.trim());
  const callsOf = (group: string): string[] =>
    (groups.get(group) ?? []).flatMap((name) => (name.startsWith('@') ? callsOf(name) : [name]));
  const refused = new Set([...callsOf('@privileged'), ...callsOf('@resources')]);
  // The first two are always allowed, the others are what `@default` stands for.
  const names = [...new Set(['execve', 'exit_group', ...callsOf('@default'), ...callsOf('@system-service')])];
  const allowed = names.filter((name) => !refused.has(name));
  expect([allowed.length > 200, allowed.includes('chown'), allowed.includes('setrlimit')]).toEqual([
    true,
    false,
    false,
  ]);
  const file = join(process.env['TMPDIR'] ?? '/tmp', `kici-seccomp-${crypto.randomUUID()}.json`);
  const syscalls = [{ names: allowed, action: 'SCMP_ACT_ALLOW' }];
  await writeFile(
    file,
    JSON.stringify({ defaultAction: 'SCMP_ACT_ERRNO', architectures: ['SCMP_ARCH_X86_64'], syscalls }),
  );
  return file;
}
