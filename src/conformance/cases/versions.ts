import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import type { WriteReceipt } from '@kici-dev/secret-backend';
import type { ConformanceCase } from '../case.ts';
import { expectFound, expectRejection } from '../expect.ts';
import { callContext, missing, ref, type World } from '../world.ts';

const secret = ref('apps/shop', 'TOKEN');

/** Seeds two versions and returns their names. */
async function seedTwo(world: World): Promise<{ older: string; newer: string }> {
  const { version: older } = await world.seed(secret, 'older');
  const { version: newer } = await world.seed(secret, 'newer');
  ok(older !== undefined && newer !== undefined, 'the harness tells the versions that it seeds');
  return { older, newer };
}

const restore = async ({ backend }: World, version: string): Promise<WriteReceipt> =>
  backend.restore?.({ ...secret, version }, callContext()) ?? missing('restore');

/** Kit: versions are listed, pinned and restored. */
export const versionCases: readonly ConformanceCase[] = [
  {
    id: 'versions.pin',
    title: 'a pinned version is read whatever came after it',
    when: ({ versionPins }) => versionPins,
    async run(world) {
      const { older, newer } = await seedTwo(world);
      const [pinned, latest, current] = await world.read([
        { ...secret, version: older },
        { ...secret, version: newer },
        secret,
      ]);
      expectFound(pinned, 'older', 'the older version');
      expectFound(latest, 'newer', 'the newer version');
      expectFound(current, 'newer', 'the current version');
    },
  },
  {
    id: 'versions.pin-missing',
    title: 'a version that never was is not answered with another',
    when: ({ versionPins }) => versionPins,
    async run(world) {
      const { newer } = await seedTwo(world);
      for (const version of [`${newer}0`, 'no such version']) {
        const outcome = await world.readOne({ ...secret, version });
        notEqual(outcome.status, 'found', `the version ${version} was never given out`);
      }
    },
  },
  {
    id: 'versions.list',
    title: 'versions are listed newest first, with one current, and each can be pinned',
    when: ({ versions }) => versions,
    async run(world) {
      const { older, newer } = await seedTwo(world);
      const listed = await (world.backend.versions?.(secret, callContext()) ?? missing('versions'));
      deepEqual(
        listed.map(({ version }) => version).filter((version) => version === older || version === newer),
        [newer, older],
      );
      deepEqual(
        listed.filter(({ current }) => current).map(({ version }) => version),
        [newer],
      );
      ok(
        listed.every(({ version, readable }) => readable || (version !== older && version !== newer)),
        'both can be read',
      );
    },
  },
  {
    id: 'versions.restore',
    title: 'restoring makes an earlier value current again, as a new version',
    when: (can) => can.restore,
    async run(world) {
      const { older, newer } = await seedTwo(world);
      const { version } = await restore(world, older);
      ok(version !== older && version !== newer, 'history is not rewritten');
      const outcome = await world.readOne(secret);
      expectFound(outcome, 'older');
      if (outcome.status === 'found' && outcome.version !== undefined) equal(outcome.version, version);
    },
  },
  {
    id: 'versions.restore-missing',
    title: 'restoring a version that never was is refused, and the current value stays',
    when: (can) => can.restore,
    async run(world) {
      const { newer } = await seedTwo(world);
      await expectRejection(() => restore(world, `${newer}0`), ['not_found'], 'restoring a version that never was');
      expectFound(await world.readOne(secret), 'newer');
    },
  },
];
