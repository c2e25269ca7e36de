import { execFileSync, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtemp, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import * as z from 'zod';
import { describeLane } from '../support/lane.ts';

const taken = z.object({ share: z.number(), isSame: z.boolean(), isKept: z.boolean() });
const folder = await mkdtemp(join(tmpdir(), 'kici-copy-'));
const [image, mounted] = [join(folder, 'image'), join(folder, 'mounted')];

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Copies a project where XFS is mounted, in a namespace of mounts that is gone with the program. */
function inMounted(...command: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', 'mount -o loop "$0" "$1" && shift && exec "$@"', image, mounted, ...command],
    { encoding: 'utf8' },
  );
}

async function whyMissing(): Promise<string | undefined> {
  if (spawnSync('mkfs.xfs', ['-V']).status !== 0) return 'mkfs.xfs is not installed';
  await writeFile(image, '');
  // The smallest that XFS can have; no block of it exists yet.
  await truncate(image, 320 * 1_048_576);
  execFileSync('mkfs.xfs', ['-q', image]);
  await mkdir(mounted);
  return inMounted('true').status === 0 ? undefined : 'this user can mount no XFS';
}

describeLane({ name: 'reflink', missing: await whyMissing() }, () => {
  const copied = (project: string): z.output<typeof taken> => {
    const { stdout, stderr } = inMounted(
      process.execPath,
      join(import.meta.dirname, 'support/copy-blocks.ts'),
      mounted,
      project,
    );
    return taken.parse(JSON.parse(stdout), { error: () => stderr });
  };

  it('a copy of the project shares its blocks with the original, until one of them changes', () => {
    const { share, ...rest } = copied(join(mounted, 'project'));
    expect(share).toBeLessThan(0.1);
    expect(rest).toEqual({ isSame: true, isKept: true });
  });

  it('a copy on another file system takes its own', () => {
    const { share, ...rest } = copied(join(folder, 'project'));
    expect(share).toBeGreaterThan(0.9);
    expect(rest).toEqual({ isSame: true, isKept: true });
  });
});
